/** What a calculation method is: the inputs that it takes from an activity, and the quantities that it makes of them. */
import type { Rational } from '../../kernel/rational.ts';

/** One input, an attribute of the activity (`attributes.<name>` in a file). Its unit stands in its name. */
export interface MethodInput {
  name: string;
  kind: 'number' | 'text';
  required: boolean;
  /** Taken when the input is left out. */
  default?: string;
  /** Bounds of a number, both allowed. Without `min`: 0. */
  min?: string;
  max?: string;
  description: string;
}

/** What an activity states, as far as a method looks at it. */
export interface MethodRow {
  activity: string;
  /** Exact decimals; null = none is stated. */
  quantity: string | null;
  unit: string;
  amount: string | null;
  currency: string;
  category: string;
  attributes: Readonly<Record<string, string>>;
}

/** One quantity that a method makes of an activity; it is matched and posted like an activity of its own. */
export interface Part {
  /** Name of the factor family. */
  activity: string;
  quantity?: Rational;
  unit?: string;
  amount?: Rational;
  /** The arithmetic, for people: `100 - 80 + 25 + 30 - 20`. */
  words: string;
  /** Facts about the line that a reader must know. */
  flags?: readonly PartFlag[];
}

export type PartFlag = 'part_missing';

/** What of the factors that go along (upstream, losses, biogenic CO2) is drawn in: all, or only what stands outside the scopes. */
export type CompanionRule = 'all' | 'outside';

export interface CalculationMethod {
  name: string;
  title: string;
  /** What is calculated, in one line. */
  formula: string;
  /** What `quantity` and `unit` of the activity are; null = the method takes none. */
  quantity: string | null;
  inputs: readonly MethodInput[];
  /** Scope-3 category that its lines belong to, whatever the factor says; undefined = as the factor says. */
  category?: number;
  /** True: a category that the activity states goes before `category`. */
  categoryStated?: boolean;
  companions: CompanionRule;
  /** Method that its lines are reported under; undefined = that of the factor. */
  reportedAs?: string;
  parts(row: MethodRow, read: InputReader): Part[];
}

/** Inputs of one activity; what is missing or no number is remembered and answered at the end. */
export interface InputReader {
  number(name: string): Rational;
  optional(name: string): Rational | undefined;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  /** The stated quantity. */
  quantity(): Rational;
  amount(): Rational;
  /** Remembers what is wrong beside the inputs. */
  problem(reason: string): void;
}

/** What an activity comes to. */
export type Expansion = { parts: Part[] } | { problem: string };

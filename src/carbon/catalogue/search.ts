/**
 * Search of the catalogue by text: how close the words of a description come to the names of factors. A pure function of the
 * factors and the text. Names are compared by their words and by the three-letter pieces of their words (so that spelling and
 * endings may differ), each weighted by how rare it is in the catalogue: the cosine of the two, 1 = the very name.
 */
import { nameKey } from './load.ts';
import type { Factor } from './types.ts';

/** Weight of a three-letter piece beside that of a whole word. */
const PIECE_WEIGHT = 0.3;
/** Weight of a word that only means the same as one of the text. */
const SYNONYM_WEIGHT = 0.8;
/** Pieces and words that more than this share of names have say too little to be looked up. */
const COMMON_SHARE_MAX = 0.3;
const COMMON_PIECE_SHARE_MAX = 0.15;
const UNKNOWN_WORD_WEIGHT = 0.3;
const UNKNOWN_NUMBER_WEIGHT = 0.2;
const NOT_EXACT_MAX = 0.99;
/** Of a long text only so many characters are looked at. */
const TEXT_CHARACTERS_MAX = 500;

/** Words that bills use -> words that publishers use. */
const SYNONYMS = new Map<string, readonly string[]>(
  [
    ['gasoline', 'petrol'],
    ['petrol', 'gasoline'],
    ['benzin', 'petrol gasoline'],
    ['gasoil', 'gas oil'],
    ['lorry', 'hgv truck'],
    ['truck', 'hgv'],
    ['trucking', 'hgv freight'],
    ['lkw', 'hgv'],
    ['taxi', 'taxis cab'],
    ['plane', 'flight'],
    ['airplane', 'flight'],
    ['airfare', 'flight'],
    ['flug', 'flight'],
    ['train', 'rail'],
    ['railway', 'rail'],
    ['bahn', 'rail'],
    ['strom', 'electricity'],
    ['power', 'electricity'],
    ['electric', 'electricity'],
    ['electrical', 'electricity'],
    ['electricite', 'electricity'],
    ['electricidad', 'electricity'],
    ['erdgas', 'natural gas'],
    ['heizol', 'heating oil burning'],
    ['fernwarme', 'district heat steam'],
    ['accommodation', 'hotel stay'],
    ['lodging', 'hotel'],
    ['rubbish', 'waste'],
    ['trash', 'waste'],
    ['garbage', 'waste'],
    ['refuse', 'waste'],
    ['tip', 'landfill'],
    ['aircon', 'refrigerant'],
    ['vehicle', 'car'],
    ['automobile', 'car'],
    ['shipping', 'freight'],
    ['haulage', 'freight hgv'],
    ['telecommuting', 'homeworking'],
    ['wfh', 'homeworking'],
  ].map(([word, others]) => [stem(word!), others!.split(' ').map(stem)]),
);

/** All factors of one name. */
export interface Family {
  name: string;
  aliases: readonly string[];
  factors: readonly Factor[];
}

export interface NameIndex {
  families: readonly Family[];
  /** Feature (word, or piece behind a tilde) -> the names that have it, with the share that it has in them. */
  postings: ReadonlyMap<string, Posting>;
  /** Key of a name or alias -> number of its families. */
  exact: ReadonlyMap<string, readonly number[]>;
  /** Weight of what one name has. */
  rarest: number;
  /** Family of each name or alias. */
  familyOf: Uint32Array;
  /** Room to add up in; all zero between searches. */
  sums: Float64Array;
}

interface Posting {
  weight: number;
  /** True when too many names have it. */
  common: boolean;
  documents: Uint32Array;
  shares: Float64Array;
}

export interface Hit {
  /** Number of the family in the index. */
  family: number;
  /** 0 to 1. */
  score: number;
}

/** The search index of factors; about a tenth of a second for the shipped catalogue. */
export function indexNames(factors: Iterable<Factor>): NameIndex {
  const byName = new Map<string, Factor[]>();
  for (const factor of factors) {
    const list = byName.get(factor.name);
    if (list) list.push(factor);
    else byName.set(factor.name, [factor]);
  }
  const families = [...byName.keys()].sort().map((name): Family => {
    const list = byName.get(name)!;
    return { name, aliases: [...new Set(list.flatMap(({ aliases }) => aliases))].sort(), factors: list };
  });

  const exact = new Map<string, number[]>();
  // Every name and alias is a document of its own; a family is as close as the closest of them.
  const documents: Array<{ family: number; features: Map<string, number> }> = [];
  for (const [number, { name, aliases }] of families.entries()) {
    for (const text of new Set([name, ...aliases])) {
      documents.push({ family: number, features: featuresOf(text) });
      const key = nameKey(text);
      const list = exact.get(key);
      if (list) list.push(number);
      else exact.set(key, [number]);
    }
  }

  const having = new Map<string, number>();
  for (const { features } of documents)
    for (const feature of features.keys()) having.set(feature, (having.get(feature) ?? 0) + 1);
  const weight = (feature: string) =>
    Math.log(1 + documents.length / (having.get(feature) ?? 1)) * (feature.startsWith('~') ? PIECE_WEIGHT : 1);
  const lists = new Map<string, { documents: number[]; shares: number[] }>();
  for (const [document, { features }] of documents.entries()) {
    const norm = normOf(features, weight);
    for (const [feature, count] of features) {
      let list = lists.get(feature);
      if (!list) {
        list = { documents: [], shares: [] };
        lists.set(feature, list);
      }
      list.documents.push(document);
      list.shares.push((weight(feature) * count) / norm);
    }
  }
  const postings = new Map<string, Posting>();
  for (const [feature, list] of lists) {
    const commonShare = feature.startsWith('~') ? COMMON_PIECE_SHARE_MAX : COMMON_SHARE_MAX;
    postings.set(feature, {
      weight: weight(feature),
      common: list.documents.length > documents.length * commonShare,
      documents: Uint32Array.from(list.documents),
      shares: Float64Array.from(list.shares),
    });
  }
  return {
    families,
    postings,
    exact,
    rarest: Math.log(1 + documents.length),
    familyOf: Uint32Array.from(documents, ({ family }) => family),
    sums: new Float64Array(documents.length),
  };
}

/**
 * The families whose names come closest, the closest first, at most `limit`; only of those that `accepts` lets through. A
 * family is as close as the closest of its names.
 */
export function searchNames(
  index: NameIndex,
  text: string,
  limit: number,
  accepts?: (family: number) => boolean,
): Hit[] {
  if (limit === 0) return [];
  const { postings, familyOf, sums } = index;
  const features = featuresOf(text, (word) => postings.has(word));
  let square = 0;
  for (const [feature, count] of features) {
    // What only means the same does not make the text longer.
    if (count === SYNONYM_WEIGHT) continue;
    square += ((postings.get(feature)?.weight ?? unknownWeight(feature, index.rarest)) * count) ** 2;
  }
  const norm = Math.sqrt(square);
  const touched: number[] = [];
  for (const [feature, count] of features) {
    const posting = postings.get(feature);
    if (!posting || posting.common) continue;
    const share = (posting.weight * count) / norm;
    const { documents, shares } = posting;
    for (let i = 0; i < documents.length; i += 1) {
      const document = documents[i]!;
      if (sums[document] === 0) touched.push(document);
      sums[document]! += share * shares[i]!;
    }
  }
  const exact = new Set(index.exact.get(nameKey(text)) ?? []);
  const hits: Hit[] = [];
  for (const family of exact) if (!accepts || accepts(family)) hits.push({ family, score: 1 });
  let least = 0;
  for (const document of touched) {
    const family = familyOf[document]!;
    // Rounding must not make anything closer than the very name.
    const score = Math.min(sums[document]!, NOT_EXACT_MAX);
    sums[document] = 0;
    if (score < least || exact.has(family) || (accepts && !accepts(family))) continue;
    hits.push({ family, score });
    if (hits.length >= 8 * limit) least = keepBest(hits, limit);
  }
  keepBest(hits, limit);
  return hits;
}

/** Leaves the `limit` best, each family once; returns the score of the last. */
function keepBest(hits: Hit[], limit: number): number {
  hits.sort((a, b) => b.score - a.score || a.family - b.family);
  const seen = new Set<number>();
  let kept = 0;
  for (const hit of hits) {
    if (kept >= limit || seen.has(hit.family)) continue;
    seen.add(hit.family);
    hits[kept] = hit;
    kept += 1;
  }
  hits.length = kept;
  return kept === limit ? hits[kept - 1]!.score : 0;
}

/** Words that the catalogue does not know are mostly names of places and numbers: they count, but less. */
function unknownWeight(feature: string, rarest: number): number {
  if (feature.startsWith('~')) return 0;
  return rarest * (/^\p{N}+$/u.test(feature) ? UNKNOWN_NUMBER_WEIGHT : UNKNOWN_WORD_WEIGHT);
}

/** Words of a text as they are compared: small letters, without accents, without plural endings. */
export function wordsOf(text: string): string[] {
  const plain = text.slice(0, TEXT_CHARACTERS_MAX).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map(stem);
}

function stem(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

/** Words, and the pieces of words behind a tilde, with how much each counts; with `isKnown`, also what they mean. */
function featuresOf(text: string, isKnown?: (word: string) => boolean): Map<string, number> {
  const features = new Map<string, number>();
  const words = wordsOf(text);
  for (const word of words) {
    // A word of another language stands for what it means, and its spelling says nothing.
    if (isKnown && SYNONYMS.has(word) && !isKnown(word)) continue;
    features.set(word, 1);
    if (word.length >= 4) {
      const padded = ` ${word} `;
      for (let i = 0; i + 3 <= padded.length; i += 1) features.set(`~${padded.slice(i, i + 3)}`, 1);
    }
  }
  if (!isKnown) return features;
  for (const word of words) {
    for (const other of SYNONYMS.get(word) ?? []) {
      if (!features.has(other)) features.set(other, isKnown(word) ? SYNONYM_WEIGHT : 1);
    }
  }
  return features;
}

function normOf(features: ReadonlyMap<string, number>, weight: (feature: string) => number): number {
  let sum = 0;
  for (const [feature, count] of features) sum += (weight(feature) * count) ** 2;
  return Math.sqrt(sum);
}

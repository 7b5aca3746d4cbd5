/** Factors that may fit one group of activities, why, and what the choice does to the total before it is taken. */
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type Ref, useEffect, useState } from 'react';
import { type Candidate, type QueueItem, useEffectOf, useFactors } from '../../api/carbon.ts';
import { Figure } from '../../components/Figure.tsx';
import { Problem } from '../../components/Problem.tsx';
import { percentOf, signedTonnes, tonnes, tonnesOfKilograms } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from '../carbon/names.ts';
import { decisionOf, sameTarget, type Target } from './target.ts';

interface Props {
  item: QueueItem;
  target: Target | undefined;
  /** What would be decided now: this one, or all that are marked. */
  choices: readonly { item: QueueItem; target: Target }[];
  searchRef: Ref<HTMLInputElement>;
  canDecide: boolean;
  onChoose: (target: Target) => void;
  onConfirm: () => void;
}

export function Choice({ item, target, choices, searchRef, canDecide, onChoose, onConfirm }: Props) {
  return (
    <section className="queue-choice" aria-label={t.queue.candidateFor(item.activity, item.country)}>
      <h3>{item.activity}</h3>
      <p className="dimmed">
        {[item.country && nameOf('country', item.country), item.region, item.years.join(', ')]
          .filter(Boolean)
          .join(' · ')}
        <br />
        {item.words}
        {item.detail !== '' && item.detail !== item.activity && ` (${item.detail})`}.
      </p>
      <fieldset className="candidates">
        <legend>{t.queue.candidates}</legend>
        {item.candidates.length === 0 && <p className="dimmed">{t.queue.noCandidate}</p>}
        {item.candidates.map((candidate, index) => (
          <CandidateLine
            key={candidate.family}
            candidate={candidate}
            number={index + 1}
            checked={sameTarget(target, { kind: 'family', family: candidate.family })}
            onChoose={() => onChoose({ kind: 'family', family: candidate.family })}
          />
        ))}
        <Search item={item} target={target} searchRef={searchRef} onChoose={onChoose} onConfirm={onConfirm} />
        <LeaveOut target={target} onChoose={onChoose} onConfirm={onConfirm} />
      </fieldset>
      <Effect choices={choices} canDecide={canDecide} onConfirm={onConfirm} />
    </section>
  );
}

function CandidateLine({
  candidate,
  number,
  checked,
  onChoose,
}: {
  candidate: Candidate;
  number: number;
  checked: boolean;
  onChoose: () => void;
}) {
  const { family, factor, score, reasons, co2e_kg, years_held, held_words, ref } = candidate;
  return (
    <label className="candidate">
      <input type="radio" name="candidate" checked={checked} onChange={onChoose} />
      <kbd>{number}</kbd>
      <span className="candidate-name">
        {family} <span className="dimmed">· {factor.slice(0, factor.indexOf('/'))}</span>
        <br />
        <span className="dimmed">
          {percentOf(score, '1')} · {reasons.join(' · ')}
          {years_held.length > 0 && ` · ${t.queue.staysHeld(years_held.join(', '), held_words)}`}
        </span>
      </span>
      {co2e_kg !== null && (
        <span className="number">
          <Figure text={signedTonnes(co2e_kg)} of={ref} label={t.queue.effectOf(family)} />{' '}
          <span className="unit">{t.carbon.unit}</span>
        </span>
      )}
    </label>
  );
}

const RESULTS_SHOWN = 6;
const TYPING_MS = 250;

/** Another factor than the candidates: it is used whatever the place and year. */
function Search({
  item,
  target,
  searchRef,
  onChoose,
  onConfirm,
}: Pick<Props, 'item' | 'target' | 'searchRef' | 'onChoose' | 'onConfirm'>) {
  const [text, setText] = useState('');
  const [words] = useDebouncedValue(text.trim(), TYPING_MS);
  const unit = item.quantity === null ? {} : { unit: item.unit };
  const found = useFactors({ q: words, ...unit }, words !== '', RESULTS_SHOWN);
  const factors = words === '' ? [] : (found.data?.pages[0]?.factors ?? []);
  // Read again because the journal went on, it is still the answer to what was typed.
  const isAnswered = words === '' || found.error !== null || (found.data !== undefined && !found.isPlaceholderData);
  const isSettled = text.trim() === words && isAnswered;
  /** Enter was pressed before the answer to what was typed had come. */
  const [isTaking, setTaking] = useState(false);
  const take = () => {
    const first = factors[0];
    if (target?.kind === 'factor' && (words === '' || factors.some(({ id }) => id === target.factor))) onConfirm();
    else if (first) onChoose({ kind: 'factor', factor: first.id, name: first.family });
  };
  useEffect(() => {
    if (!isTaking || !isSettled) return;
    setTaking(false);
    const first = factors[0];
    if (first) onChoose({ kind: 'factor', factor: first.id, name: first.family });
  });
  return (
    <>
      <TextInput
        ref={searchRef}
        label={t.queue.search}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setTaking(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (isSettled) take();
          else setTaking(true);
        }}
      />
      {found.error !== null && <Problem error={found.error} />}
      {words !== '' && found.data && factors.length === 0 && <p className="dimmed">{t.queue.nothingFound}</p>}
      {factors.map(({ id, family, release, region, unit: per }) => (
        <label key={id} className="candidate">
          <input
            type="radio"
            name="candidate"
            checked={sameTarget(target, { kind: 'factor', factor: id, name: family })}
            onChange={() => onChoose({ kind: 'factor', factor: id, name: family })}
          />
          <span className="candidate-name">
            {family}{' '}
            <span className="dimmed">{[region, `${t.queue.per} ${per}`, release].filter(Boolean).join(' · ')}</span>
          </span>
        </label>
      ))}
    </>
  );
}

function LeaveOut({ target, onChoose, onConfirm }: Pick<Props, 'target' | 'onChoose' | 'onConfirm'>) {
  const reason = target?.kind === 'left-out' ? target.reason : t.queue.leaveOutReason;
  return (
    <>
      <label className="candidate">
        <input
          type="radio"
          name="candidate"
          checked={target?.kind === 'left-out'}
          onChange={() => onChoose({ kind: 'left-out', reason })}
        />
        <kbd>x</kbd>
        <span className="candidate-name">{t.queue.leaveOut}</span>
      </label>
      {target?.kind === 'left-out' && (
        <TextInput
          label={t.queue.reason}
          value={reason}
          maxLength={1_000}
          onChange={(event) => onChoose({ kind: 'left-out', reason: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onConfirm();
          }}
        />
      )}
    </>
  );
}

function Effect({ choices, canDecide, onConfirm }: Pick<Props, 'choices' | 'canDecide' | 'onConfirm'>) {
  const effect = useEffectOf(choices.map(({ item, target }) => decisionOf(item, target)));
  const { data } = effect;
  return (
    <div className="queue-effect">
      <p role="status" aria-live="polite">
        {choices.length === 0 && t.queue.nothingChosen}
        {choices.length > 0 && !data && effect.error === null && t.queue.calculating}
        {data &&
          choices.length > 0 &&
          t.queue.effect(
            signedTonnes(data.change_kg),
            tonnes(tonnesOfKilograms(data.before_kg)),
            tonnes(tonnesOfKilograms(data.after_kg)),
            data.lines,
          )}
        {data && data.still_held.length > 0 && ` ${t.queue.stillHeld(data.held_lines)}`}
      </p>
      {effect.error !== null && <Problem error={effect.error} />}
      <Button disabled={!canDecide || choices.length === 0} onClick={onConfirm}>
        {t.queue.decide(choices.length)}&nbsp;<kbd>{t.queue.enter}</kbd>
      </Button>
      {!canDecide && <span className="dimmed"> {t.queue.notThen}</span>}
    </div>
  );
}

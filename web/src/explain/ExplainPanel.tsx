/** The walk from a figure to its source row, beside the page. Where it stands is in the address, so it can be shared. */
import { Button, CloseButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type Explanation, useAccount, useExplanation } from '../api/queries.ts';
import { useOfAddress, useSetAddress } from '../app/address.ts';
import { CopyButton } from '../components/CopyButton.tsx';
import { Shown } from '../components/Page.tsx';
import { amount, isReadable, readable } from '../format/numbers.ts';
import { t } from '../texts.ts';

const LAID_OUT_AFTER_MS = 50;

interface Step {
  ref: string;
  title: string;
}

export function ExplainPanel() {
  const ref = useOfAddress(({ explain }) => explain);
  return ref === undefined ? null : <Panel reference={ref} />;
}

function Panel({ reference }: { reference: string }) {
  const setAddress = useSetAddress();
  const heading = useRef<HTMLHeadingElement>(null);
  const cameFrom = useRef<Element | null>(null);
  const explanation = useExplanation(reference);
  const node = explanation.data?.pages[0];
  const trail = useTrail(reference, node?.title);
  const link = useShareLink();

  useEffect(() => {
    cameFrom.current = document.activeElement;
    // The panel is painted first; laying the page out anew beside it takes longer the more stands on it.
    const timer = setTimeout(() => document.body.classList.add('explaining'), LAID_OUT_AFTER_MS);
    return () => {
      clearTimeout(timer);
      document.body.classList.remove('explaining');
    };
  }, []);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [reference]);
  const close = () => {
    setAddress({ explain: undefined });
    if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus({ preventScroll: true });
  };

  return (
    <aside
      className="explain"
      aria-labelledby="explain-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div className="explain-bar no-print">
        <h2 id="explain-title" ref={heading} tabIndex={-1}>
          {t.explain.title}
        </h2>
        <span className="controls">
          <CopyButton text={link} label={t.explain.copyLink} />
          <CloseButton onClick={close} aria-label={t.explain.close} />
        </span>
      </div>
      {trail.length > 1 && (
        <nav aria-label={t.explain.trail}>
          <ol className="explain-trail">
            {trail.slice(0, -1).map((step) => (
              <li key={step.ref}>
                <button type="button" className="link" onClick={() => setAddress({ explain: step.ref })}>
                  {step.title}
                </button>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <Shown of={{ data: node, error: explanation.error, refetch: explanation.refetch }} height={320}>
        {(shown) => (
          <Node
            node={{ ...shown, children: explanation.data!.pages.flatMap(({ children }) => children) }}
            level={0}
            onWalk={(next) => setAddress({ explain: next })}
            {...(explanation.hasNextPage ? { onMore: () => void explanation.fetchNextPage() } : {})}
          />
        )}
      </Shown>
    </aside>
  );
}

/** What these are followed by is not what they are the sum of. */
const LEADING = new Set(['record', 'entry']);

interface NodeProps {
  node: Explanation;
  level: number;
  onWalk: (ref: string) => void;
  onMore?: () => void;
}

function Node({ node, level, onWalk, onMore }: NodeProps) {
  return (
    <div className={level === 0 ? 'explain-node' : 'explain-node explain-inner'}>
      <div className="explain-kind">{t.explain.kinds[node.kind] ?? node.kind}</div>
      <h3>{node.title}</h3>
      {node.value !== null && (
        <>
          <div className="explain-value number">
            {readable(node.value)} <span className="unit">{node.unit}</span>
          </div>
          {!isReadable(node.value) && (
            <div className="explain-exact number">{t.explain.exactly(amount(node.value))}</div>
          )}
        </>
      )}
      {node.words && <p>{node.words}</p>}
      {node.facts.length > 0 && <Facts facts={node.facts} isRow={node.kind === 'row'} />}
      {node.children.length > 0 && <Children node={node} level={level} onWalk={onWalk} />}
      {onMore && (
        <Button variant="light" fullWidth mt={6} onClick={onMore}>
          {t.explain.more(node.children_total - node.children.length)}
        </Button>
      )}
      {!onMore && node.children.length > 0 && node.children.length < node.children_total && (
        <p className="dimmed">{t.explain.listed(node.children.length, node.children_total)}</p>
      )}
    </div>
  );
}

function Children({ node, level, onWalk }: NodeProps) {
  // A step that comes with its own steps (a record with its row) is shown where it is; others are walked into.
  const inner = node.children.filter((child) => child.children.length > 0 || child.ref === null);
  const steps = node.children.filter((child) => child.children.length === 0 && child.ref !== null);
  return (
    <>
      {steps.length > 0 && (
        <>
          <div className="explain-kind">
            {LEADING.has(node.kind) ? t.explain.leadsTo : t.explain.madeOf(node.children_total)}
          </div>
          <ul className="explain-steps">
            {steps.map((child) => (
              <li key={child.ref}>
                <button type="button" onClick={() => onWalk(child.ref!)}>
                  <span>
                    {child.title}
                    {child.facts[0]?.[0] === 'lines' && (
                      <span className="dimmed"> · {t.explain.lines(Number(child.facts[0][1]))}</span>
                    )}
                  </span>
                  {child.value !== null && (
                    <span className="number" title={amount(child.value)}>
                      {readable(child.value)} <span className="unit">{child.unit}</span>
                    </span>
                  )}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {inner.map((child) => (
        <Node key={`${child.ref}${child.title}`} node={child} level={level + 1} onWalk={onWalk} />
      ))}
    </>
  );
}

function Facts({ facts, isRow }: { facts: Explanation['facts']; isRow: boolean }) {
  return (
    <dl className={isRow ? 'facts facts-row' : 'facts'}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value === '' ? <span className="dimmed">{t.common.none}</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The steps walked so far; going back to one of them cuts the rest. */
function useTrail(reference: string, title: string | undefined): Step[] {
  const [trail, setTrail] = useState<Step[]>([]);
  useEffect(() => {
    if (title === undefined) return;
    setTrail((old) => {
      const known = old.findIndex((step) => step.ref === reference);
      if (known >= 0) return old.slice(0, known + 1);
      return [...old, { ref: reference, title }];
    });
  }, [reference, title]);
  return trail.at(-1)?.ref === reference ? trail : [];
}

/** The address with the entry in it, so that whoever opens it sees the same figure later. */
function useShareLink(): () => string {
  const seq = useAccount().data?.seq;
  return () => {
    const url = new URL(window.location.href);
    if (!url.searchParams.has('as_of') && seq !== undefined) url.searchParams.set('as_of', String(seq));
    return url.href;
  };
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import { t } from '../texts.ts';
import { copyText } from './csv.ts';

const CONFIRMED_MS = 2_000;

export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text());
    setCopied(true);
    setTimeout(() => setCopied(false), CONFIRMED_MS);
  };
  return (
    <Button variant="default" size="compact-xs" className="no-print" onClick={() => void copy()}>
      <span aria-live="polite">{copied ? t.common.copied : label}</span>
    </Button>
  );
}

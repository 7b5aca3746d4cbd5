/** A field whose text goes into the address when the typing rests, so that what is found can be shared and gone back to. */
import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useParameter, useSetAddress } from '../app/address.ts';

const TYPING_MS = 250;

interface Props {
  label: string;
  /** Of the parameter. */
  name: string;
  /** Other parameters that mean nothing any more when this one changes. */
  clears?: readonly string[];
  wide?: boolean;
  placeholder?: string;
}

export function TypedField({ label, name, clears = [], wide = false, placeholder }: Props) {
  const setAddress = useSetAddress();
  const value = useParameter(name) ?? '';
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // What the address says otherwise (a link, the back button) is taken over.
  useEffect(() => setText((old) => (old.trim() === value ? old : value)), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const cleared = Object.fromEntries(clears.map((other) => [other, undefined]));
      setAddress({ ...cleared, [name]: typed.trim() || undefined }, { replace: true });
    }, TYPING_MS);
  };
  return (
    <TextInput
      label={label}
      value={text}
      placeholder={placeholder}
      className={wide ? 'wide-field' : undefined}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

/** Everything that can be done from anywhere, found by typing a part of its name. */
import { Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../api/queries.ts';
import { signOut } from '../session.ts';
import { t } from '../texts.ts';
import { useSetAddress } from './address.ts';
import { PAGES, SUBPAGES } from './pages.ts';
import { useToggleColours } from './Shell.tsx';

interface Command {
  id: string;
  name: string;
  keys?: string;
  run: () => void;
}

export function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title={t.palette.title}
      size="md"
      yOffset="10vh"
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      {open && <Commands onClose={onClose} />}
    </Modal>
  );
}

function Commands({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = useCommands(text);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  return (
    <>
      <TextInput
        data-autofocus
        value={text}
        placeholder={t.palette.placeholder}
        aria-label={t.palette.placeholder}
        role="combobox"
        aria-expanded
        aria-controls="commands"
        aria-activedescendant={found[chosen] ? `command-${found[chosen].id}` : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setChosen(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') run(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <div id="commands" role="listbox" aria-label={t.palette.title} className="commands">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active option
          <div
            key={command.id}
            id={`command-${command.id}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => run(command)}
            onKeyDown={() => {}}
            onMouseMove={() => setChosen(index)}
          >
            <span>{command.name}</span>
            {command.keys && <kbd>{command.keys}</kbd>}
          </div>
        ))}
        {found.length === 0 && <p className="dimmed">{t.palette.nothing}</p>}
      </div>
    </>
  );
}

function useCommands(text: string): Command[] {
  const navigate = useNavigate();
  const setAddress = useSetAddress();
  const toggleColours = useToggleColours();
  const commands: Command[] = [
    ...PAGES.map(({ to, name, key }) => ({
      id: name,
      name: t.palette.goTo(t.pages[name]),
      keys: `g ${key}`,
      run: () => void navigate({ to }),
    })),
    ...SUBPAGES.map(({ to, name }) => ({ id: to, name: t.palette.goTo(name), run: () => void navigate({ to }) })),
    { id: 'now', name: t.palette.now, run: () => setAddress({ as_of: undefined }) },
    { id: 'colours', name: t.palette.colours, run: toggleColours },
    { id: 'print', name: t.palette.print, run: () => window.print() },
    {
      id: 'sign-out',
      name: t.app.signOut,
      run: () => {
        queryClient.clear();
        signOut();
      },
    },
  ];
  const wanted = text.trim();
  const words = wanted.toLowerCase().split(/\s+/);
  const found = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  if (/^\d+$/.test(wanted)) {
    found.unshift({
      id: 'as-of',
      name: t.palette.asOf(wanted),
      run: () => setAddress({ as_of: Number(wanted) }),
    });
  }
  if (
    /^(mrr|inventory|movement|emission|factor|line|scope2|allocation|instrument|metric|transaction|record|entry|base-year)[/?]/.test(
      wanted,
    )
  ) {
    found.unshift({ id: 'explain', name: t.palette.explain(wanted), run: () => setAddress({ explain: wanted }) });
  }
  return found;
}

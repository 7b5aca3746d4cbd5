/** The frame around every page: navigation, the entry that the books are shown as of, commands, colours, the person's menu. */
import { ActionIcon, Burger, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useIsFetching } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useHead } from '../api/live.ts';
import { queryClient, useAccount } from '../api/queries.ts';
import { signOut } from '../session.ts';
import { t } from '../texts.ts';
import { AsOfBanner, AsOfChooser } from './AsOf.tsx';
import { usePath } from './address.ts';
import { CommandPalette } from './CommandPalette.tsx';
import { PAGES } from './pages.ts';
import { useKeyboard } from './useKeyboard.ts';

export function Shell({ children }: { children: ReactNode }) {
  const [menuOpen, setMenuOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const path = usePath();
  const account = useAccount().data?.account;
  useKeyboard({ openPalette: () => setPaletteOpen(true) });
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t.app.skip}
      </a>
      <header className="top no-print">
        <Burger
          size="xs"
          className="burger"
          opened={menuOpen}
          onClick={() => setMenuOpen(!menuOpen)}
          aria-label={t.app.menu}
          aria-expanded={menuOpen}
        />
        <Link to="/" className="brand">
          <img src="/favicon.svg" alt="" width="20" height="20" />
          {t.app.name}
        </Link>
        <span className="account">{account?.name}</span>
        <span className="spring" />
        <Button
          variant="default"
          className="palette-button"
          onClick={() => setPaletteOpen(true)}
          aria-label={`${t.palette.open} ${t.palette.keys}`}
        >
          <svg className="narrow-only" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
            <path
              d="M7 2a5 5 0 1 1 0 10A5 5 0 0 1 7 2zm4 9 3.5 3.5"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.6"
            />
          </svg>
          <span className="wide-only">{t.palette.open}&nbsp;</span>
          <kbd>{t.palette.keys}</kbd>
        </Button>
        <Posting />
        <AsOfChooser />
        <ColorButton />
        <Button
          variant="subtle"
          color="gray"
          className="sign-out"
          onClick={() => {
            queryClient.clear();
            signOut();
          }}
        >
          {t.app.signOut}
        </Button>
      </header>
      <nav className={menuOpen ? 'nav nav-open no-print' : 'nav no-print'} aria-label={t.app.pages}>
        {PAGES.map(({ to, name, isActive }) => (
          <Link key={to} to={to} aria-current={isActive(path) ? 'page' : undefined}>
            {t.pages[name]}
          </Link>
        ))}
        <a href="/api/docs/">{t.pages.api}</a>
      </nav>
      <main id="main" className="main" tabIndex={-1}>
        <Busy />
        <AsOfBanner />
        {children}
      </main>
      <CommandPalette open={paletteOpen} onClose={() => setPaletteOpen(false)} />
    </div>
  );
}

/** What was stated and is not in the figures yet. It is told late by its style, so that a quick posting does not flicker. */
function Posting() {
  const head = useHead();
  return (
    <span role="status" className="posting">
      {head !== null && head.readable < head.seq && <span>{t.app.posting(head.seq)}</span>}
    </span>
  );
}

/** Says on the page itself whether something is being read, without drawing the page anew. */
function Busy() {
  const busy = useIsFetching() > 0;
  useEffect(() => document.getElementById('main')?.setAttribute('aria-busy', String(busy)), [busy]);
  return null;
}

export function useToggleColours(): () => void {
  const { setColorScheme } = useMantineColorScheme();
  const now = useComputedColorScheme('light');
  return () => setColorScheme(now === 'dark' ? 'light' : 'dark');
}

function ColorButton() {
  const toggle = useToggleColours();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon variant="default" size={30} onClick={toggle} aria-label={dark ? t.app.toLight : t.app.toDark}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}

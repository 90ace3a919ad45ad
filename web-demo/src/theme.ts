// Light or dark: as the system has it, or as was chosen here.
import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'npymap-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export const theme: Signal<Theme> = signal(stored());
/** What it comes to. */
export const isDark: Signal<boolean> = signal(false);

export function followTheme(): void {
  const apply = (): void => {
    isDark.value = theme.value === 'auto' ? dark.matches : theme.value === 'dark';
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
  };
  effect(apply);
  dark.addEventListener('change', apply);
}

export function setTheme(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage it holds until the page is closed.
  }
}

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return found === 'light' || found === 'dark' ? found : 'auto';
  } catch {
    return 'auto';
  }
}

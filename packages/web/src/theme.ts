const KEY = 'tapecast.theme';

/** The system's theme until the reader chooses; the button switches, `onChange` repaints what CSS does not reach. */
export function followTheme(button: HTMLButtonElement, storage: Storage, onChange: () => void): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = storage.getItem(KEY);
  if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
  button.addEventListener('click', () => {
    const isDark = root.dataset.theme === undefined ? system.matches : root.dataset.theme === 'dark';
    root.dataset.theme = isDark ? 'light' : 'dark';
    storage.setItem(KEY, root.dataset.theme);
    onChange();
  });
  system.addEventListener('change', onChange);
  onChange();
}

/** The box in which the reader chooses how often the rows of the list are told. */
export class PaceChoice {
  constructor(box: HTMLSelectElement, watch: { readonly paceMs: number; setPace(paceMs: number): void }) {
    box.value = String(watch.paceMs);
    box.addEventListener('change', () => watch.setPace(Number(box.value)));
  }
}

const DIRECTIONS = ['down', '', 'up'];

/**
 * One cell of a table that is rewritten many times a second. What it shows is kept here, so that nothing is written that is
 * there already, and nothing is read back: a read of the document may cost a layout.
 */
export class Cell {
  readonly #element: HTMLTableCellElement;
  readonly #text: Text;
  #direction = 0;
  #share = '';
  #flashes = 0;

  constructor(element: HTMLTableCellElement, text = '') {
    this.#element = element;
    this.#text = document.createTextNode(text);
    element.replaceChildren(this.#text);
  }

  /** Into the text node that is there: `textContent` would make another. */
  write(text: string): void {
    if (this.#text.data !== text) this.#text.data = text;
  }

  /** Down, none or up: -1, 0, 1. */
  colour(direction: number): void {
    if (direction === this.#direction) return;
    this.#direction = direction;
    this.#element.className = DIRECTIONS[direction + 1]!;
  }

  /** How much of the cell is filled behind the text. */
  share(percent: string): void {
    if (percent === this.#share) return;
    this.#share = percent;
    this.#element.style.setProperty('--share', percent);
  }

  /** An animation of another name begins anew; restarting the same one would cost a look at the styles. So two take turns. */
  flash(difference: number): void {
    if (difference === 0) return;
    this.#flashes ^= 1;
    this.#element.dataset.flash = `${difference > 0 ? 'up' : 'down'}-${this.#flashes}`;
  }
}

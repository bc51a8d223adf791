import { Refusal } from './messages.ts';

/** A number as its text: `JSON.parse` would make a double of it and lose digits. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type JsonValue = string | boolean | null | JsonNumber | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

/** Objects and lists within each other. The venue's deepest frame, a depth, has 4. */
const DEPTH_MAX = 16;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE_CODE = 0x20;
const SPACE = /[ \t\n\r]*/y;

/**
 * JSON by RFC 8259, with numbers as text and without the one thing the RFC leaves open: a key that comes twice in an
 * object is refused, since a damaged frame may carry two values under one name. Throws `Refusal`.
 */
export function parseExactJson(text: string): JsonValue {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#match(SPACE);
    if (this.#at !== this.#text.length) this.#fail();
  }

  value(depth: number): JsonValue {
    if (depth > DEPTH_MAX) throw new Refusal('too_deep', `more than ${DEPTH_MAX} levels`);
    this.#match(SPACE);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return new JsonNumber(this.#match(NUMBER) ?? this.#fail());
    }
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = new Map();
    this.#at++;
    if (this.#take('}')) return object;
    do {
      this.#match(SPACE);
      const key = this.#string();
      if (object.has(key)) throw new Refusal('duplicate_key', key.slice(0, 20));
      if (!this.#take(':')) this.#fail();
      object.set(key, this.value(depth + 1));
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail();
    return object;
  }

  #list(depth: number): JsonValue[] {
    const list: JsonValue[] = [];
    this.#at++;
    if (this.#take(']')) return list;
    do {
      list.push(this.value(depth + 1));
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail();
    return list;
  }

  #string(): string {
    const from = this.#at;
    let at = from + 1;
    let plain = true;
    if (this.#text[from] !== '"') this.#fail();
    for (; this.#text.charCodeAt(at) !== QUOTE; at++) {
      if (!(at < this.#text.length && this.#text.charCodeAt(at) >= SPACE_CODE)) this.#fail();
      if (this.#text.charCodeAt(at) !== BACKSLASH) continue;
      plain = false;
      // Whether the escape is one is checked below; here only that it does not end the text.
      at++;
    }
    this.#at = at + 1;
    return plain ? this.#text.slice(from + 1, at) : this.#unescaped(this.#text.slice(from, at + 1));
  }

  #unescaped(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return this.#fail();
    }
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail();
    this.#at += word.length;
    return value;
  }

  /** The sign after white space, when it is the next. */
  #take(sign: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }

  #fail(): never {
    throw new Refusal('not_json', `not JSON at character ${this.#at}`);
  }
}

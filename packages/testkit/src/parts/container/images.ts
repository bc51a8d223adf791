import { StartError } from '@tapecast/service-kit';
import type { PartName } from '../runner.ts';
import { type EngineApi, refusal } from './engine-api.ts';
import { pack, packedName } from './pack.ts';
import { IMAGES, type ImageSource, type Recipe } from './recipes.ts';

/** An engine that can't reach the registry says so at once, or never: this long nothing may come. */
const PULL_SILENCE_MS = 5_000;
/** The largest has some 200 MB. */
const PULL_MS = 300_000;

/**
 * The image of a part: the official one where the engine has it; else the one packed of the programs installed here where
 * the engine has that; else the official one is pulled, and when that fails one is packed. So a machine without the
 * registry asks for it once, not at each start; a registry that did not answer for one image is not asked for the next.
 */
export class PartImages {
  readonly #api: EngineApi;
  readonly #sources: Readonly<Record<PartName, ImageSource>>;
  readonly #pullSilenceMs: number;
  readonly #say: (what: string) => void;
  readonly #images = new Map<PartName, Promise<string>>();
  #registryAway: string | undefined;

  /** `say` is told of what takes long: `pulling redis:7.2`. */
  constructor(api: EngineApi, say: (what: string) => void, sources = IMAGES, pullSilenceMs: number = PULL_SILENCE_MS) {
    this.#api = api;
    this.#say = say;
    this.#sources = sources;
    this.#pullSilenceMs = pullSilenceMs;
  }

  /** The image's name; rejects with what was tried. */
  name(part: PartName): Promise<string> {
    let image = this.#images.get(part);
    if (image === undefined) {
      image = this.#find(part);
      this.#images.set(part, image);
      // Another try may find the program installed meanwhile.
      image.catch(() => this.#images.delete(part));
    }
    return image;
  }

  async #find(part: PartName): Promise<string> {
    const source = this.#sources[part];
    const { official } = source;
    if (await this.#has(official)) return official;
    const recipe = await source.recipe().catch((error: unknown) => error as Error);
    const packed = recipe instanceof Error ? undefined : packedName(part, recipe);
    if (packed !== undefined && (await this.#has(packed))) return packed;
    const refused = await this.#pull(official);
    if (refused === undefined) return official;
    if (recipe instanceof Error)
      throw new StartError(
        'missing_part',
        `${official} could not be pulled (${refused}), and no image can be packed of what is installed here: ${recipe.message}`,
        { cause: recipe },
      );
    this.#say(`packing ${packed} (${official} could not be pulled: ${refused})`);
    await pack(this.#api, part, recipe as Recipe, packed!);
    return packed!;
  }

  async #has(image: string): Promise<boolean> {
    return (await this.#api.ask('GET', `/images/${image}/json`)).status === 200;
  }

  /** undefined when the image is there, else why not. */
  async #pull(image: string): Promise<string | undefined> {
    if (this.#registryAway !== undefined) return this.#registryAway;
    this.#say(`pulling ${image}`);
    const [repository, tag] = image.split(':') as [string, string];
    const silence = new AbortController();
    const onSilence = (): void => silence.abort(new Error(`nothing came for ${this.#pullSilenceMs} ms`));
    let timer = setTimeout(onSilence, this.#pullSilenceMs);
    try {
      const { status, text } = await this.#api.ask('POST', `/images/create?fromImage=${repository}&tag=${tag}`, {
        timeoutMs: PULL_MS,
        signal: silence.signal,
        onProgress: () => {
          clearTimeout(timer);
          timer = setTimeout(onSilence, this.#pullSilenceMs);
        },
      });
      // Of a pull that breaks off, the status is that of its beginning.
      if (status === 200 && (await this.#has(image))) return undefined;
      // The registry answered, but has no such image.
      if (status === 404 && /manifest unknown|not found/.test(text)) return refusal(text);
      this.#registryAway = refusal(text);
    } catch (error) {
      this.#registryAway = silence.signal.aborted ? String(silence.signal.reason) : String(error);
    } finally {
      clearTimeout(timer);
    }
    return this.#registryAway;
  }
}

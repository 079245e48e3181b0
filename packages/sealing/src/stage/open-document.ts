import { HoldfastError, isSealedError, LIMITS, readSealedText, SEALED_MEMBER } from "@holdfast/protocol";
import type { PayloadPosition } from "holdfast";
import type { CompatibleKeys } from "../compatible/compatible-keys.ts";
import { isMarked, PublishedBox } from "../compatible/published-box.ts";
import { boundMembers, SERVER_MEMBER } from "../format/envelope-text.ts";
import { parsePlainData } from "../format/plain-data.ts";
import type { KeyProvider } from "../keys/key-provider.ts";
import { platformWorld } from "../platform/world.ts";
import { SealingError } from "../sealing-error.ts";
import { parseKeyPair } from "../senders/key-pair.ts";
import { carriedPosition, Vault } from "./vault.ts";

export interface OpenDocumentOptions {
  readonly keys: KeyProvider;
  /** Pairs that open what was sealed with a public key, as text. */
  readonly keyPairs?: readonly string[];
  /** Opens envelopes of the published format, which else stay as they are. */
  readonly published?: CompatibleKeys;
}

/** One envelope that was opened. */
export interface OpenedEnvelope {
  /** Where in the document: `$.data.result`. */
  readonly path: string;
  /** Null in the published format, which names neither. */
  readonly keyId: string | null;
  readonly position: PayloadPosition | null;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Opens every envelope in a document, such as a run as the API shows it: for people who hold a key and want to read. What
 * the seals say is authentic, but not held against anything: whoever made the document may have put a value to another
 * place. `opened` says for which place each was sealed.
 *
 * @throws SealingError as opening does, with the `path` in its details; HoldfastError `json_too_deep`.
 */
export async function openDocument(
  document: unknown,
  options: OpenDocumentOptions,
): Promise<{ readonly document: unknown; readonly opened: readonly OpenedEnvelope[] }> {
  const { keys, keyPairs = [], published } = options;
  const opener: Opener = {
    vault: new Vault({
      keys,
      pairs: keyPairs.map((text) => parseKeyPair(text)),
      world: platformWorld,
      padding: "padme",
    }),
    published: published === undefined ? null : new PublishedBox(published, platformWorld),
    opened: [],
  };
  return { document: await openIn(document, "$", 0, opener), opened: opener.opened };
}

interface Opener {
  readonly vault: Vault;
  readonly published: PublishedBox | null;
  readonly opened: OpenedEnvelope[];
}

async function openIn(value: unknown, path: string, depth: number, opener: Opener): Promise<unknown> {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= LIMITS.jsonDepthCount) {
    const message = `Cannot open the document: it is nested more than ${LIMITS.jsonDepthCount} deep.`;
    throw new HoldfastError("json_too_deep", message);
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      items.push(await openIn(item, `${path}[${index}]`, depth + 1, opener));
    }
    return items;
  }
  // Neither null nor an array: its members are read by name.
  const fields = value as Fields;
  if (Object.hasOwn(fields, SEALED_MEMBER)) return openSealed(fields, path, opener);
  if (isSealedError(fields)) return openIn(fields["data"], path, depth + 1, opener);
  if (isMarked(fields) && opener.published !== null)
    return openPublished(fields, path, opener, opener.published);
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(fields)) {
    members.push([name, await openIn(member, `${path}.${name}`, depth + 1, opener)]);
  }
  return Object.fromEntries(members);
}

async function openSealed(fields: Fields, path: string, { vault, opened }: Opener): Promise<unknown> {
  try {
    const text = readSealedText(fields[SEALED_MEMBER]);
    if (text === null) throw new SealingError("seal_broken", "Cannot open an envelope: it is not whole.");
    const at = carriedPosition(text);
    const beside = boundMembers(fields);
    const { content } = await vault.open(text, at, beside);
    const { form, ...position } = at;
    opened.push({ path, keyId: text.keyId, position });
    const data = form === "data" ? parsePlainData(content) : null;
    if (data === null) return content;
    const clear = Object.entries(beside).filter(([name]) => data.indexes?.includes(name) !== true);
    return {
      ...Object.fromEntries(clear),
      ...data.data,
      ...(SERVER_MEMBER in fields ? { [SERVER_MEMBER]: fields[SERVER_MEMBER] } : {}),
    };
  } catch (error) {
    throw located(error, path);
  }
}

function openPublished(fields: Fields, path: string, { opened }: Opener, box: PublishedBox): unknown {
  try {
    const content = box.open(fields, { kind: "step-output", environment: "", app: "" });
    opened.push({ path, keyId: null, position: null });
    return content;
  } catch (error) {
    throw located(error, path);
  }
}

function located(error: unknown, path: string): unknown {
  if (!(error instanceof SealingError)) return error;
  const { code, position, keyId, next } = error;
  return new SealingError(code, `At ${path}: ${error.message}`, { position, keyId, next }, { path });
}

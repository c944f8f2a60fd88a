/**
 * Adapts WebCrypto: keys of whole segments, and bodies decrypted while they stream in (AES-128, CBC, PKCS#7).
 *
 * Keys stay here, as keys that cannot be read back; nothing else of the player ever sees their bytes.
 */
import type { Cipher } from './messages'

/** The session asks again for what it let go of; it keeps fewer than this. */
const KEYS_KEPT = 128
const BLOCK = 16
/** What a body may begin with once it is decrypted: enough of it to tell media from the noise of a wrong key. */
const BOXES = new Set([
  'ftyp', 'styp', 'moov', 'moof', 'mdat', 'sidx', 'ssix', 'emsg', 'prft', 'free', 'skip', 'uuid', 'pssh', 'meta', 'wide', 'pdin',
])

/** What came does not decrypt, or is nothing known once decrypted. */
export class Undecryptable extends Error {}

export class KeyRing {
  private readonly keys = new Map<number, CryptoKey>()

  /** Keeps a key that has come. Of another length than 16 bytes it is none, which the session hears by its length. */
  async put(number: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (bytes.length !== BLOCK) return
    const key = await subtle().importKey('raw', bytes, 'AES-CBC', false, ['encrypt', 'decrypt'])
    bytes.fill(0)
    this.keys.set(number, key)
    for (const oldest of this.keys.keys()) {
      if (this.keys.size <= KEYS_KEPT) break
      this.keys.delete(oldest)
    }
  }

  /** Begins to decrypt a body. */
  open({ key: number, iv }: Cipher): Decryption {
    const key = this.keys.get(number)
    if (!key) throw new Undecryptable('no such key')
    return new Decryption(key, iv)
  }

  clear(): void {
    this.keys.clear()
  }
}

/** One body: bytes in as they come, clear bytes out as far as they are certain. */
export class Decryption {
  private rest = new Uint8Array(0)
  private first = true

  constructor(
    private readonly key: CryptoKey,
    private iv: Uint8Array<ArrayBuffer>,
  ) {}

  /** What is clear by now; the last block waits, because it tells how much of it is padding. */
  async push(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const held = joined(this.rest, bytes)
    const whole = Math.max(0, Math.ceil(held.length / BLOCK) - 1) * BLOCK
    this.rest = held.slice(whole)
    return whole > 0 ? this.checked(await this.unpadded(held.subarray(0, whole))) : new Uint8Array(0)
  }

  /** The end of the body. Throws where it is no whole number of blocks, or its padding is wrong. */
  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.rest.length === 0) return new Uint8Array(0)
    return this.checked(await this.decrypt(this.rest))
  }

  /**
   * Blocks in the middle of a body. WebCrypto decrypts to the padding only, so one block is put behind them that
   * decrypts to nothing but padding: the encryption of nothing with the last block as vector.
   */
  private async unpadded(blocks: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const last = blocks.slice(-BLOCK)
    const padding = await subtle().encrypt({ name: 'AES-CBC', iv: last }, this.key, new Uint8Array(0))
    const clear = await this.decrypt(joined(blocks, new Uint8Array(padding)))
    this.iv = last
    return clear
  }

  private async decrypt(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(await subtle().decrypt({ name: 'AES-CBC', iv: this.iv }, this.key, bytes))
    } catch (reason) {
      throw new Undecryptable(String(reason))
    }
  }

  /** Padding is right by chance once in some two hundred times, and only at the end: the beginning tells at once. */
  private checked(clear: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (!this.first || clear.length === 0) return clear
    this.first = false
    if (!isKnown(clear)) throw new Undecryptable('nothing known')
    return clear
  }
}

/** Whether a decrypted body begins as MP4, MPEG-TS, packed audio (with or without ID3) or subtitles do. */
export function isKnown(clear: Uint8Array): boolean {
  const start = String.fromCharCode(...clear.subarray(0, BLOCK))
  if (BOXES.has(start.slice(4, 8))) return true
  if (clear[0] === 0x47) return true
  if (clear[0] === 0xff && ((clear[1] ?? 0) & 0xe0) === 0xe0) return true
  if (clear[0] === 0x0b && clear[1] === 0x77) return true
  return /^(ID3|(\u00ef\u00bb\u00bf)?(WEBVTT|\s*<\?xml|\s*<tt))/.test(start)
}

function subtle(): SubtleCrypto {
  // Absent on a page without a secure connection; the types say otherwise.
  const found = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined
  if (!found) throw new Undecryptable('decrypting needs a secure connection (https)')
  return found
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

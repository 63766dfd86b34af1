/**
 * Where and why a text is no JSON, for people: what stands there, what was expected, and the usual cause. Finds a fault exactly where
 * `JSON.parse` does (a property test compares the two), in one pass and without recursion; whatever it is given, it does not throw.
 */

export interface JsonFault {
  /** Index in the text of the first character that does not fit; the text's length if it ends too early. */
  readonly at: number
  /** What was expected and what was found, without the log's text beyond one word. */
  readonly message: string
  /** What usually causes this. */
  readonly hint?: string
}

/** undefined: it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  return new Finder(text).find()
}

type Step = () => Step | JsonFault | undefined

const BLANKS = /[ \t\n\r]*/y
const STRING_PART = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[A-Za-z_$][\w$]*/y
const LITERALS = new Set(['true', 'false', 'null'])
const MAX_WORD_LENGTH = 20
/** What programs write that do not write JSON, and what that is in JSON. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['None', 'Python prints None where JSON has null: the log holds printed objects, not JSON'],
  ['True', 'Python prints True where JSON has true: the log holds printed objects, not JSON'],
  ['False', 'Python prints False where JSON has false: the log holds printed objects, not JSON'],
  ['NaN', 'JSON has no NaN; Python writes it unless told allow_nan=False'],
  ['Infinity', 'JSON has no Infinity; Python writes it unless told allow_nan=False'],
  ['undefined', 'JSON has no undefined'],
])

class Finder {
  readonly #text: string
  /** Opening brackets that are not closed yet: true for `{`. */
  readonly #open: boolean[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  find(): JsonFault | undefined {
    let step: Step | JsonFault | undefined = this.#value
    while (typeof step === 'function') {
      this.#take(BLANKS)
      step = step()
    }
    return step
  }

  get #char(): string {
    return this.#text[this.#at] ?? ''
  }

  readonly #value: Step = () => {
    const char = this.#char
    if (char === '{' || char === '[') return this.#push(char === '{')
    if (char === '"') return this.#string('a string') ?? this.#after
    if (char === '-' || (char >= '0' && char <= '9')) return this.#take(NUMBER) ? this.#after : this.#expected('a digit', 1)
    const from = this.#at
    if (LITERALS.has(this.#take(WORD) ?? '')) return this.#after
    this.#at = from
    return this.#expected('a value')
  }

  #push(isObject: boolean): Step {
    this.#at++
    this.#open.push(isObject)
    return isObject ? this.#firstName : this.#firstElement
  }

  readonly #firstName: Step = () => (this.#char === '}' ? this.#close() : this.#name(true))

  readonly #firstElement: Step = () => (this.#char === ']' ? this.#close() : this.#value)

  #close(): Step {
    this.#at++
    this.#open.pop()
    return this.#after
  }

  #name(isFirst = false): Step | JsonFault {
    if (this.#char === '"') return this.#string('a name') ?? this.#colon
    const fault = this.#expected(isFirst ? 'a name in double quotes, or "}"' : 'a name in double quotes')
    return this.#char === '}' ? { ...fault, hint: 'JSON has no comma before a closing bracket' } : fault
  }

  readonly #colon: Step = () => {
    if (this.#char !== ':') return this.#expected('":" after a name')
    this.#at++
    return this.#value
  }

  readonly #after: Step = () => {
    const isObject = this.#open.at(-1)
    const char = this.#char
    if (isObject === undefined)
      return char === '' ? undefined : { ...this.#expected('nothing more after the value'), hint: 'one line is one object' }
    if (char === (isObject ? '}' : ']')) return this.#close()
    if (char !== ',') return this.#expected(isObject ? '"," or "}" after a value' : '"," or "]" after an element')
    this.#at++
    return isObject ? () => this.#name() : this.#value
  }

  /** Takes the string that starts here; undefined: it is whole. */
  #string(what: string): JsonFault | undefined {
    const from = this.#at++
    for (;;) {
      this.#take(STRING_PART)
      const char = this.#char
      if (char === '"') {
        this.#at++
        return undefined
      }
      if (char === '')
        return { at: this.#at, message: `the line ends inside ${what} that began at column ${from + 1}`, hint: CUT_OFF }
      if (char !== '\\')
        return { at: this.#at, message: 'a raw control character in a string', hint: 'JSON writes it as \\n, \\t or \\u00XX' }
      if (this.#take(ESCAPE) === undefined)
        return {
          at: this.#at,
          message: 'a backslash in a string with nothing that JSON escapes',
          hint: 'a plain backslash is written \\\\',
        }
    }
  }

  /** `ahead`: the character after which something was expected. */
  #expected(what: string, ahead = 0): JsonFault {
    const at = Math.min(this.#at + ahead, this.#text.length)
    const char = this.#text[at] ?? ''
    if (char === '') return this.#endsEarly()
    WORD.lastIndex = at
    const word = WORD.exec(this.#text)?.[0]
    const found = word === undefined ? `'${char}'` : `"${word.slice(0, MAX_WORD_LENGTH)}"`
    const hint = char === "'" ? SINGLE_QUOTE : FOREIGN_WORDS.get(word ?? '')
    return { at, message: `expected ${what}, found ${found}`, ...(hint ? { hint } : {}) }
  }

  #endsEarly(): JsonFault {
    const count = this.#open.length
    const open = count === 0 ? 'where a value should stand' : `with ${count} bracket${count === 1 ? '' : 's'} still open`
    return {
      at: this.#text.length,
      message: `the line ends ${open}`,
      hint: /[{[,]\s*$/.test(this.#text.slice(-100)) ? PRETTY : CUT_OFF,
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.#text)?.[0]
    if (taken !== undefined) this.#at = pattern.lastIndex
    return taken
  }
}

const SINGLE_QUOTE = 'JSON has double quotes only: the log may hold printed Python or JavaScript objects'
const PRETTY = 'the object seems to go on in the next line: say so with input: { format: json-documents }'
const CUT_OFF = 'the line may have been cut off, or written by two writers at once'

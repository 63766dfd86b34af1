/**
 * Expressions (CEL), compiled once to closures over the row. What a field is missing from is missing, without an exception; `&&`, `||`
 * and `?:` need only what they look at, as CEL has it; numbers are numbers. The paths that an expression reads are slots like others.
 */
import type { Json, Path } from '../../decode/path.ts'
import type { Row } from '../../decode/row.ts'
import { nearest } from '../../diag/suggest.ts'
import { isSecretKey } from '../../mask/secret-keys.ts'
import { type CompileContext, reportAt } from '../compile-context.ts'
import { compileRegex } from '../regex.ts'
import { type IsSecret, secrecyOf } from '../secret-paths.ts'
import type { Read } from '../slots.ts'
import { FUNCTIONS, type Kind } from './functions.ts'
import { compileMacro, MACROS } from './macros.ts'
import { at, member, minus, negated, OPERATORS } from './operators.ts'
import type { Tree, TreeOf } from './parser.ts'
import { chainOf, knownNames, pathText, rootOf } from './scope.ts'
import { charge } from './work.ts'

/** A part of an expression. */
export interface Part {
  readonly read: Read
  readonly kind: Kind
  /** How many parts it is made of, itself counted. */
  readonly size: number
  /** Of the texts that may come out: whether they were read from under a secret's key. */
  readonly secrets: readonly IsSecret[]
}

/** A path that the expression reads, as the language writes it. */
export interface PathRead {
  readonly path: string
  readonly read: Read
}

const ANY: readonly Kind[] = ['any']
const TRUTH: readonly Kind[] = ['truth']
const NUMBER: readonly Kind[] = ['number']
const ALWAYS: IsSecret = () => true

export class ExpressionCompiler {
  readonly reads: PathRead[] = []
  readonly #context: CompileContext
  readonly #variables: Json[] = []
  readonly #scope = new Map<string, number>()

  constructor(context: CompileContext) {
    this.#context = context
  }

  part(tree: Tree): Part {
    switch (tree.op) {
      case 'value':
        return this.#literal(tree)
      case 'id':
      case '.':
      case '[]':
        return this.#access(tree)
      case 'call':
        return this.#call(tree, tree.args[0], tree.args[1])
      case 'rcall':
        return this.#method(tree, ...tree.args)
      case '?:':
        return this.#choice(tree)
      case '&&':
      case '||':
        return this.#logic(tree)
      case '!_':
        return this.#unary(tree.args, TRUTH, negated)
      case '-_':
        return this.#unary(tree.args, NUMBER, minus)
      case 'list':
        return this.#list(tree)
      case 'map':
        return this.#object(tree)
      default:
        return this.#binary(tree as TreeOf<'+'>)
    }
  }

  #literal(tree: TreeOf<'value'>): Part {
    const value = tree.args
    if (value === null) return this.#fail(tree, '"null" is missing in this language', 'write !has(event.x), or has(event.x)')
    if (typeof value === 'object')
      return this.#fail(tree, 'there are no unsigned numbers and no bytes here', 'write a number or a text')
    const json: Json = typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
    const kind = typeof json === 'string' ? 'text' : typeof json === 'boolean' ? 'truth' : 'number'
    return made(kind, () => json)
  }

  #access(tree: TreeOf<'id' | '.' | '[]'>): Part {
    const chain = chainOf(tree)
    if (chain !== undefined && !this.#scope.has(chain.name)) return this.#path(tree, chain.name, chain.steps)
    if (tree.op === 'id') return this.#variable(this.#scope.get(tree.args)!)
    const target = this.part(tree.args[0])
    if (tree.op === '.') return this.#member(target, tree.args[1])
    const key = this.part(tree.args[1])
    if (tree.args[1].op === 'value' && typeof tree.args[1].args === 'string') return this.#member(target, tree.args[1].args)
    return made('any', (row) => at(target.read(row), key.read(row)), [target, key], target.secrets)
  }

  #member(target: Part, name: string): Part {
    const secrets = isSecretKey(name) ? [ALWAYS] : target.secrets
    return made('any', (row) => member(target.read(row), name), [target], secrets)
  }

  #variable(index: number): Part {
    const variables = this.#variables
    return made('any', () => variables[index])
  }

  #path(tree: Tree, name: string, steps: Path['steps']): Part {
    const root = rootOf(name, this.#context)
    if (root === undefined) return this.#unknownName(tree, name)
    const path: Path = { root, steps }
    const text = pathText(path)
    const { slots, place, report, bindings } = this.#at(tree)
    const read = slots.pathReader(path, text, place, report, bindings)
    this.reads.push({ path: text, read })
    const isSecret = secrecyOf([text], this.#context)
    return { ...made('any', read), secrets: isSecret === undefined ? [] : [isSecret] }
  }

  #unknownName(tree: Tree, name: string): Part {
    const known = knownNames(this.#context)
    const near = nearest(name, known)
    const hint = near === undefined ? `a field of the event is event.${name}` : `did you mean "${near}"?`
    const span = [tree.start, tree.start + name.length] as const
    reportAt(this.#context, 'unknown-name', span, `nothing is called ${name} here; known: ${known.join(' ')}`, hint)
    return NOTHING
  }

  #call(tree: Tree, name: string, args: readonly Tree[]): Part {
    if (name === 'has') return this.#has(tree, args)
    if (name === 'matches') return this.#matches(tree, args)
    return this.#function(tree, name, args, 'call')
  }

  #method(tree: Tree, name: string, target: Tree, args: readonly Tree[]): Part {
    if (Object.hasOwn(MACROS, name)) return this.#macro(tree, name, target, args)
    if (name === 'matches') return this.#matches(tree, [target, ...args])
    return this.#function(tree, name, [target, ...args], 'method')
  }

  #has(tree: Tree, args: readonly Tree[]): Part {
    const [field] = args
    if (args.length !== 1 || field === undefined || !['.', '[]', 'id'].includes(field.op))
      return this.#fail(tree, 'has() asks for one field', 'write has(event.x)')
    const { read, size } = this.part(field)
    return { ...made('truth', (row) => read(row) !== undefined), size: size + 1 }
  }

  /** In linear time, so its pattern stands in the mapping. */
  #matches(tree: Tree, args: readonly Tree[]): Part {
    const [text, pattern] = args
    if (args.length !== 2 || pattern?.op !== 'value' || typeof pattern.args !== 'string')
      return this.#fail(tree, 'matches() takes a text and a pattern in quotes', "write event.tool.matches('^mcp__')")
    const part = this.part(text!)
    const compiled = compileRegex(pattern.args)
    if (!compiled.ok) {
      const message = `the regular expression '${pattern.args.slice(0, 100)}' is refused: ${compiled.message}`
      reportAt(this.#context, 'bad-regex', [pattern.start, pattern.end], message)
      return NOTHING
    }
    const { regex } = compiled
    const costPerCharacter = Math.ceil(pattern.args.length / 16) / 4
    return {
      ...made('truth', (row) => {
        const value = part.read(row)
        if (typeof value !== 'string') return undefined
        return charge(row, Math.ceil(Math.min(value.length, 65_536) * costPerCharacter)) ? regex.test(value) : undefined
      }),
      size: part.size + 2,
    }
  }

  #function(tree: Tree, name: string, args: readonly Tree[], form: 'call' | 'method'): Part {
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]! : undefined
    if (known === undefined) return this.#unknownFunction(tree, name, form)
    if (known.form !== 'either' && known.form !== form) {
      const right = known.form === 'call' ? `${name}(event.x)` : `event.x.${name}(…)`
      return this.#fail(tree, `${name} is not called like this`, `write ${right}`)
    }
    if (args.length < known.least || args.length > known.most)
      return this.#fail(tree, `${name} takes ${known.most - (form === 'method' ? 1 : 0)} argument(s)`)
    const parts = args.map((arg) => this.part(arg))
    const [a, b, c] = parts
    const secrets = known.showsText ? a!.secrets : []
    const read = (row: Row): Json => known.apply(row, a!.read(row), b?.read(row), c?.read(row))
    return made(known.kind, read, parts, secrets)
  }

  #unknownFunction(tree: Tree, name: string, form: 'call' | 'method'): Part {
    const forms = Object.entries(FUNCTIONS).filter(([, known]) => known.form === 'either' || known.form === form)
    const others = form === 'call' ? ['has', 'matches'] : ['matches', ...Object.keys(MACROS)]
    const known = [...forms.map(([one]) => one), ...others]
    const near = nearest(name, known)
    const hint = near === undefined ? undefined : `did you mean "${near}"?`
    return this.#fail(tree, `no function is called ${name} here; known: ${known.join(' ')}`, hint, 'unknown-name')
  }

  #macro(tree: Tree, name: string, target: Tree, args: readonly Tree[]): Part {
    const [variable, ...bodies] = args
    const most = name === 'map' ? 2 : 1
    if (variable?.op !== 'id' || bodies.length < 1 || bodies.length > most)
      return this.#fail(tree, `${name} takes a name and what is asked of each element`, `write event.list.${name}(x, x.a > 1)`)
    const list = this.part(target)
    const outer = this.#scope.get(variable.args)
    const index = this.#variables.push(undefined) - 1
    this.#scope.set(variable.args, index)
    const parts = bodies.map((body) => this.part(body))
    if (outer === undefined) this.#scope.delete(variable.args)
    else this.#scope.set(variable.args, outer)
    if (name !== 'map') this.#expect(parts[0]!, bodies[0]!, TRUTH)
    const [condition, body] = name === 'map' ? [parts.at(-2), parts.at(-1)] : [parts[0], undefined]
    const bodySize = parts.reduce((sum, { size }) => sum + size, 1)
    const macro = MACROS[name]!
    const read = compileMacro(
      macro,
      { list: list.read, condition: condition?.read, body: body?.read, bodySize },
      this.#variables,
      index,
    )
    const shown = name === 'filter' ? list.secrets : (body?.secrets ?? [])
    return made(macro.kind, read, [list, ...parts], shown)
  }

  #choice({ args: [asked, then, otherwise] }: TreeOf<'?:'>): Part {
    const condition = this.#expect(this.part(asked), asked, TRUTH)
    const a = this.part(then)
    const b = this.part(otherwise)
    const read = (row: Row): Json => {
      const holds = condition.read(row)
      return typeof holds === 'boolean' ? (holds ? a : b).read(row) : undefined
    }
    return made(a.kind === b.kind ? a.kind : 'any', read, [condition, a, b], [...a.secrets, ...b.secrets])
  }

  /** What one side decides is decided, though the other be missing. */
  #logic({ op, args: [left, right] }: TreeOf<'&&' | '||'>): Part {
    const a = this.#expect(this.part(left), left, TRUTH)
    const b = this.#expect(this.part(right), right, TRUTH)
    const decider = op === '||'
    const read = (row: Row): Json => {
      const first = a.read(row)
      if (first === decider) return decider
      const second = b.read(row)
      if (second === decider) return decider
      return typeof first === 'boolean' && typeof second === 'boolean' ? !decider : undefined
    }
    return made('truth', read, [a, b])
  }

  #unary(tree: Tree, expected: readonly Kind[], apply: (value: Json) => Json): Part {
    const part = this.#expect(this.part(tree), tree, expected)
    return made(expected[0]!, (row) => apply(part.read(row)), [part])
  }

  #binary(tree: TreeOf<'+'>): Part {
    const operator: string = tree.op
    const apply = OPERATORS[operator]
    if (apply === undefined) return this.#fail(tree, `"${operator}" is not understood here`)
    const [a, b] = tree.args.map((arg) => this.#expect(this.part(arg), arg, operandsOf(operator))) as [Part, Part]
    const kind = operator === '+' ? (a.kind === 'any' ? b.kind : a.kind) : '-*/%'.includes(operator) ? 'number' : 'truth'
    const secrets = operator === '+' ? [...a.secrets, ...b.secrets] : []
    return made(kind, (row) => apply(row, a.read(row), b.read(row)), [a, b], secrets)
  }

  /** Missing if one of its elements is. */
  #list({ args }: TreeOf<'list'>): Part {
    const parts = args.map((element) => this.part(element))
    const read = (row: Row): Json => {
      const out = parts.map((part) => part.read(row))
      return out.includes(undefined) ? undefined : out
    }
    return made(
      'list',
      read,
      parts,
      parts.flatMap(({ secrets }) => secrets),
    )
  }

  #object({ args }: TreeOf<'map'>): Part {
    const entries = args.map(([key, value]) => [this.#expect(this.part(key), key, ['text']), this.part(value)] as const)
    const read = (row: Row): Json => {
      const out = Object.create(null) as Record<string, Json>
      for (const [key, value] of entries) {
        const name = key.read(row)
        const found = value.read(row)
        if (typeof name !== 'string' || found === undefined) return undefined
        out[name] = found
      }
      return out
    }
    return made(
      'object',
      read,
      entries.flat(),
      entries.flatMap(([, { secrets }]) => secrets),
    )
  }

  #expect(part: Part, tree: Tree, expected: readonly Kind[]): Part {
    if (part.kind === 'any' || expected === ANY || expected.includes(part.kind)) return part
    return this.#fail(tree, `expected ${expected.map(described).join(' or ')}, found ${described(part.kind)}`)
  }

  #fail(tree: Tree, message: string, hint?: string, code: 'bad-expression' | 'unknown-name' = 'bad-expression'): Part {
    reportAt(this.#context, code, [tree.start, tree.end], message, hint)
    return NOTHING
  }

  #at({ start, end }: Tree): CompileContext {
    return { ...this.#context, place: { ...this.#context.place, within: [start, end] } }
  }
}

function made(kind: Kind, read: Read, parts: readonly Part[] = [], secrets: readonly IsSecret[] = []): Part {
  return { kind, read, size: parts.reduce((sum, { size }) => sum + size, 1), secrets }
}

/** Stands where something is wrong, so that more can be found. */
const NOTHING: Part = made('any', () => undefined)

function operandsOf(operator: string): readonly Kind[] {
  if (operator === '+') return ['number', 'text', 'list']
  if ('-*/%'.includes(operator)) return NUMBER
  return operator.startsWith('<') || operator.startsWith('>') ? ['number', 'text', 'truth'] : ANY
}

export function described(kind: Kind): string {
  return { truth: 'true or false', number: 'a number', text: 'a text', list: 'a list', object: 'an object', any: 'anything' }[
    kind
  ]
}

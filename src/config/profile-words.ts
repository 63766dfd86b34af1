/** What is special about the mapping that a source's lines go through, for people; nothing where it is the mapping as it stands. */
import type { Config, Profile } from './config.ts'

/** Names of one kind that are told. */
const MAX_TOLD = 8

export function profileWords({ use, labels, only, ownInput }: Profile): string[] {
  return [
    ...(use.length > 0 ? [`uses ${listed(use)}`] : []),
    ...(labels.length > 0 ? [`labels ${listed(labels.map(({ name }) => name))}`] : []),
    ...(only === undefined ? [] : [`touches ${only.length === 0 ? 'no metric' : `only ${listed(only)}`}`]),
    ...(ownInput.length > 0 ? [`its own ${listed(ownInput)}`] : []),
  ]
}

/** The same by the name of the source. */
export function sourceWords({ sources, profiles }: Config): ReadonlyMap<string, readonly string[]> {
  return new Map(sources.map(({ name, profile = '' }) => [name, profileWords(profiles.get(profile)!)]))
}

function listed(names: readonly string[]): string {
  const told = names.slice(0, MAX_TOLD).join(', ')
  return names.length > MAX_TOLD ? `${told} and ${names.length - MAX_TOLD} more` : told
}

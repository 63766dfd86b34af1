/** What sources say to people: few sentences, each said once per cause. */
export interface SourceLog {
  info(message: string, fields?: Readonly<Record<string, string | number>>): void
  warn(message: string, fields?: Readonly<Record<string, string | number>>): void
}

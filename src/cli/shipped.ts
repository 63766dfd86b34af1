/** Where the files that travel with the package are. */
import { fileURLToPath } from 'node:url'

export const PRESET_DIR: string = fileURLToPath(new URL('../../config/presets', import.meta.url))
export const SCHEMA_FILE: string = fileURLToPath(new URL('../../config/mapping.schema.json', import.meta.url))
export const SAMPLE_FILE: string = fileURLToPath(new URL('../../config/examples/sample.jsonl', import.meta.url))
export const TESTS_SCHEMA_FILE: string = fileURLToPath(new URL('../../config/mapping-tests.schema.json', import.meta.url))

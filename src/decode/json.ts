/** A JSON value. Integers past 2^53 are bigint, so that keys and labels keep their digits. */
export type Json = string | number | bigint | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }

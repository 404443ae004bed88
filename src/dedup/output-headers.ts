/** The header that says at which offset of the raw topic a record is. */
export const RAW_OFFSET_HEADER = 'pos-raw-offset'
/** Why a record is in `.conflicts`. */
export const CONFLICT_HEADER = 'pos-conflict'
/** The offset of the record that has its number, where that is known. */
export const FIRST_OFFSET_HEADER = 'pos-first-offset'

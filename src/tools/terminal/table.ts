export interface TableLayout {
  /** The columns from this one on are aligned to the right, for numbers. Default: none. */
  readonly rightFrom?: number
}

/**
 * Rows as aligned columns, two spaces between them and none at a line's end. Every row has as many cells as the first.
 */
export function table(
  rows: readonly (readonly string[])[],
  { rightFrom = Number.POSITIVE_INFINITY }: TableLayout = {},
) {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0))
  const cellText = (cell: string, column: number) =>
    column < rightFrom ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  return rows.map((row) => row.map(cellText).join('  ').trimEnd()).join('\n')
}

/** What is left of Markdown in the text of an HTML page, outside of `<pre>`: marks that people would see as they are. */
export function rawMarks(html: string): string[] {
  const text = html.replaceAll(/<(pre|style|title)>.*?<\/\1>/gs, '').replaceAll(/<[^>]*>/g, '')
  return text.match(/`|\*\*|\]\(|^\s*(?:[-*#|]|\d+\.) .*$/gm) ?? []
}

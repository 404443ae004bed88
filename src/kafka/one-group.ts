type Grouped<Message> = Record<string, Message[]>

/**
 * The same list, which kafkajs takes as one group when it divides messages by their partitions: it asks for the
 * partition of the first, and all of them have to go there. Its own way copies the list once for each message, which was
 * a third of all garbage that uploads made.
 */
export function asOneGroup<Message>(messages: Message[]): Message[] {
  return Object.defineProperty(messages, 'reduce', { value: groupAtOnce })
}

/** In place of `reduce`, with which kafkajs divides them. */
function groupAtOnce<Message>(
  this: Message[],
  add: (groups: Grouped<Message>, message: Message) => Grouped<Message>,
  groups: Grouped<Message>,
): Grouped<Message> {
  const [partition] = Object.keys(add(groups, this[0] as Message))
  return { [partition as string]: this }
}

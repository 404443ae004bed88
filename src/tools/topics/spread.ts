/** One partition: ids of brokers, the preferred leader first. */
export interface Replicas {
  readonly partition: number
  readonly replicas: readonly number[]
}

/** A broker that may hold replicas. */
export interface RackedBroker {
  readonly id: number
  readonly rack: string | undefined
}

/** How to spread a topic evenly. */
export interface Spread {
  /** Only the partitions that change: their new replicas, the preferred leader first. */
  readonly changes: readonly Replicas[]
  /** Replicas that have to be copied to another broker. */
  readonly moves: number
  readonly before: BrokerLoad
  readonly after: BrokerLoad
}

/** By broker id: how many replicas it holds, and of how many partitions it is the preferred leader. */
export interface BrokerLoad {
  readonly replicas: ReadonlyMap<number, number>
  readonly leaders: ReadonlyMap<number, number>
}

interface Mutable {
  readonly partition: number
  readonly replicas: number[]
}

/**
 * Spreads replicas and preferred leaders over `brokers`, as evenly as possible and with as few copies as that takes: a
 * replica moves only from a broker that has at least two more than another. No partition gets more or fewer replicas,
 * nor fewer racks. A new broker that is to lead takes over the leader's replica: the cluster makes it the leader when
 * the copy is complete. Every replica must be on one of the brokers.
 */
export function spread(partitions: readonly Replicas[], brokers: readonly RackedBroker[]): Spread {
  const before = loadOf(partitions, brokers)
  const target: Mutable[] = partitions.map(({ partition, replicas }) => ({ partition, replicas: [...replicas] }))
  const racks = new Map(brokers.map(({ id, rack }) => [id, rack ?? `broker ${id}`]))
  let moves = 0
  while (moveOne(target, loadOf(target, brokers), racks)) moves++
  while (passLeadership(target, loadOf(target, brokers).leaders));
  const changes = target.filter(({ replicas }, i) => replicas.join() !== partitions[i]?.replicas.join())
  return { changes, moves, before, after: loadOf(target, brokers) }
}

function loadOf(partitions: readonly Replicas[], brokers: readonly RackedBroker[]): BrokerLoad {
  const replicas = new Map(brokers.map(({ id }) => [id, 0]))
  const leaders = new Map(replicas)
  for (const partition of partitions) {
    for (const id of partition.replicas) replicas.set(id, (replicas.get(id) ?? 0) + 1)
    const [first] = partition.replicas as [number]
    leaders.set(first, (leaders.get(first) ?? 0) + 1)
  }
  return { replicas, leaders }
}

/** Moves one replica from the fullest broker to the emptiest that can take it. False when nothing gets more even. */
function moveOne(target: Mutable[], { replicas, leaders }: BrokerLoad, racks: ReadonlyMap<number, string>): boolean {
  const ids = [...replicas.keys()].sort((a, b) => replicas.get(b)! - replicas.get(a)!)
  const reversed = ids.toReversed()
  for (const from of ids) {
    for (const to of reversed) {
      if (replicas.get(from)! - replicas.get(to)! < 2) break
      const movable = target.filter((it) => it.replicas.includes(from) && mayReplace(it.replicas, from, to, racks))
      const wantsLead = leaders.get(from)! - leaders.get(to)! > 1
      const chosen = movable.find((it) => (it.replicas[0] === from) === wantsLead) ?? movable[0]
      if (chosen === undefined) continue
      chosen.replicas[chosen.replicas.indexOf(from)] = to
      return true
    }
  }
  return false
}

function mayReplace(
  replicas: readonly number[],
  from: number,
  to: number,
  racks: ReadonlyMap<number, string>,
): boolean {
  if (replicas.includes(to)) return false
  const racksOf = (ids: readonly number[]) => new Set(ids.map((id) => racks.get(id))).size
  return racksOf(replicas.map((id) => (id === from ? to : id))) >= racksOf(replicas)
}

/**
 * Passes one preferred leadership from a broker to another that has at least two fewer, if need be through brokers in
 * between. False if there is no such path.
 */
function passLeadership(target: Mutable[], leaders: ReadonlyMap<number, number>): boolean {
  const ids = [...leaders.keys()].sort((a, b) => leaders.get(b)! - leaders.get(a)!)
  for (const start of ids) {
    const cameFrom = new Map<number, { partition: Mutable; previous: number }>()
    const queue = [start]
    for (const leader of queue) {
      for (const partition of target.filter(({ replicas }) => replicas[0] === leader)) {
        for (const next of partition.replicas) {
          if (next === start || cameFrom.has(next)) continue
          cameFrom.set(next, { partition, previous: leader })
          queue.push(next)
        }
      }
    }
    const end = queue.find((id) => leaders.get(start)! - leaders.get(id)! > 1)
    if (end === undefined) continue
    for (let id = end; id !== start; ) {
      const { partition, previous } = cameFrom.get(id)!
      partition.replicas.splice(partition.replicas.indexOf(id), 1)
      partition.replicas.unshift(id)
      id = previous
    }
    return true
  }
  return false
}

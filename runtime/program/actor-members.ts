// What a worker tells of an actor that it made: read here and written there.

/** Names of what can be called on an actor, and of what it has besides, which cannot be reached from outside. */
export interface ActorMembers {
  readonly methods: readonly string[]
  readonly fields: readonly string[]
}

/** A record of `.journals` that cannot be what this stage has written. Nothing may be judged with a state that has one. */
export class DamagedValue extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'DamagedValue'
  }
}

/** Why a partition cannot be judged any more until an operator has done something. Trying again changes nothing. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Refusal'
  }
}

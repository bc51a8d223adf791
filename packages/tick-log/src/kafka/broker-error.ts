/** Codes of Kafka's protocol by which we decide something; others are named in logs only. */
export const KAFKA = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  messageTooLarge: 10,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  illegalGeneration: 22,
  unknownMember: 25,
  invalidSessionTimeout: 26,
  rebalanceInProgress: 27,
  unsupportedVersion: 35,
  topicAlreadyExists: 36,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  unknownProducerId: 59,
  memberIdRequired: 79,
} as const;

/** A connection could not be made, broke, or did not answer in time. What was asked may have been done. */
export class ConnectionLost extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionLost';
  }
}

/** The broker answered with an error code. */
export class BrokerRefused extends Error {
  readonly kafkaCode: number;

  constructor(kafkaCode: number, what: string) {
    super(`${what}: the broker answered with code ${kafkaCode}`);
    this.name = 'BrokerRefused';
    this.kafkaCode = kafkaCode;
  }
}

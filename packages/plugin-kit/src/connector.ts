import type { ErrorSink } from "./error-sink.ts";
import type { AccessFinding, Permission } from "./permissions.ts";
import type { FileCombiner, Reader, RecordSplitter } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** Session credentials; `expiration` in epoch milliseconds. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: number;
}
export type CredentialsSource = () => Promise<Credentials>;

/** What ARNs and policy paths are made of. */
export interface ResourceScope {
  readonly region: string;
  /** AWS account that owns the component's resources. */
  readonly accountId: string;
  readonly datasetName: string;
}

/** Everything a connector may know of its surroundings. */
export interface CloudAccess extends ResourceScope {
  readonly credentials: CredentialsSource;
  /** Endpoint override for every service; undefined = AWS. */
  readonly endpoint: string | undefined;
  /** Told of each call to source or target, repeats included, so that they can be metered. Absent: nobody counts. */
  readonly onRequest?: (() => void) | undefined;
}

export type ResourceLocation = "Customer" | "LetsData";

/** One task to be: `position` is its stable place in the manifest (line, shard id, segment …). */
export interface TaskPlan {
  readonly position: string;
  /** What the reader needs for this item; stored and shown as `readerDefinition`. */
  readonly readerDefinition: Readonly<Record<string, unknown>>;
}

export interface ProvisionedResource {
  readonly kind: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
}

export interface TaskIdentity {
  readonly tenantId: string;
  readonly datasetId: string;
  readonly datasetName: string;
  readonly taskId: string;
  readonly attempt: number;
}

/** Takes a sentence for people about what is no failure but should be known, such as records that a source no longer keeps. */
export type Warn = (message: string) => void;

export interface PlannedPosition {
  /** Its task is COMPLETED. */
  readonly completed: boolean;
  /** For how long it has been; absent while it is not. */
  readonly completedForMs?: number;
}

/** What a source needs to cut itself into tasks. */
export interface PlanningInput<Config> {
  readonly config: Config;
  /** The dataset's manifest as parsed; a stream's start and stop conditions are in it. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Tasks at once: the number of queue workers, and of table segments unless the manifest says another. */
  readonly concurrency: number;
  readonly access: CloudAccess;
  /** Positions planned before, and whether their task is COMPLETED: a child shard follows its finished parents. */
  readonly planned: ReadonlyMap<string, PlannedPosition>;
  readonly warn?: Warn;
  /**
   * To be called where more tasks may be there than the source shows yet: it is asked again some seconds later, and the dataset does not
   * end before. Whoever calls it must stop doing so at some time.
   */
  readonly askAgain?: () => void;
}

/** What a source says of itself before it is read, for estimates. */
export interface SourceAmount {
  /** Null when the source does not say; `whyNoRecords` then tells people why. */
  readonly records: number | null;
  readonly whyNoRecords: string | null;
  /** As stored; null when the source does not say. */
  readonly bytes: number | null;
  /** How far the figures hold, a sentence each, for people. */
  readonly basis: readonly string[];
  /** Why its tasks do not end by themselves, a sentence for people; null where they do. */
  readonly goesOn: string | null;
  /** How long a task waits at its end to be sure that nothing more comes. */
  readonly idleSecondsPerTask: number;
  /** The most that can arrive for one task in a second, by the service's limit; null where there is none. */
  readonly arrivalsPerSecondMax: number | null;
}

/** How a trial reads: from what is there to its present end. */
export interface TrialReading<Definition> {
  readonly definition: Definition;
  /** Object, queue, shard or segment, in words. */
  readonly item: string;
  /** Why it is not what the dataset would read, a sentence for people; null where it is. */
  readonly notice: string | null;
  /** What people are told when no record comes, without the full stop. */
  readonly whenEmpty: string;
}

export interface ReadConnector<Config, Definition> {
  permissions(config: Config, scope: ResourceScope): readonly Permission[];
  /** The smallest real call per resource; a finding names action, ARN and the statement to add. */
  checkAccess(config: Config, access: CloudAccess, signal: AbortSignal): Promise<readonly AccessFinding[]>;
  /**
   * Tasks of a source that knows itself how it is cut: shards, segments, queue workers. Absent where the lines of a
   * manifest are the tasks (S3). Repeatable: the same position is the same task; those in `planned` are left out.
   */
  planTasks?(input: PlanningInput<Config>, signal: AbortSignal): AsyncIterable<TaskPlan>;
  /** True while more tasks may appear (child shards): planning is then repeated until the dataset ends. */
  plansMore?(manifest: Readonly<Record<string, unknown>>): boolean;
  /** How much there is to read, with calls that `permissions` grants anyway. Absent where only the manifest's items tell (S3). */
  amountOf?(input: Omit<PlanningInput<Config>, "planned">, signal: AbortSignal): Promise<SourceAmount>;
  /**
   * What a trial reads of the first planned tasks: each reading ends in bounded time, and later ones are for when those before gave no
   * record. Absent: the first task as planned. `now`: epoch milliseconds.
   */
  trialReadings?(planned: readonly Definition[], now: number): readonly TrialReading<Definition>[];
  /**
   * Whether resuming at a position gives the same records in the same order: shards do; objects do as long as the customer's code that cuts
   * or combines their records is the same; queues and scans do not.
   */
  readonly repeatsInOrder: "always" | "sameCode" | "never";
  openReader(input: {
    readonly config: Config;
    readonly definition: Definition;
    readonly access: CloudAccess;
    readonly splitters: readonly RecordSplitter[];
    /** Given instead of splitters where a state machine reads the files. */
    readonly combiner?: FileCombiner;
    /** True for a trial: whoever lends its records has them back soon, whatever becomes of this process. */
    readonly isTrial?: boolean;
    readonly warn?: Warn;
  }): Promise<Reader>;
}

export interface WriteConnector<Config> {
  permissions(config: Config, scope: ResourceScope): readonly Permission[];
  /** What a reader of the target needs: the statements of the customer access role. */
  readPermissions(config: Config, scope: ResourceScope): readonly Permission[];
  checkAccess(config: Config, access: CloudAccess, signal: AbortSignal): Promise<readonly AccessFinding[]>;
  /**
   * Makes what LetsData owns; repeatable after a crash at any point. What is the customer's it leaves as it is, or changes as configured
   * (the shards of a Kinesis stream), and returns nothing.
   */
  provision(config: Config, access: CloudAccess, signal: AbortSignal): Promise<readonly ProvisionedResource[]>;
  /** Removes what `provision` made; repeatable. */
  remove(config: Config, access: CloudAccess, signal: AbortSignal): Promise<void>;
  openWriter(input: {
    readonly config: Config;
    readonly access: CloudAccess;
    readonly task: TaskIdentity;
    /** Throws Problem LEASE_LOST. Asked before anything of an earlier attempt is replaced; absent = the lease is taken as held. */
    readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
    /**
     * Attempts of the same numbering give a record the same ordinal: what is known to be written may be left out by it. Absent: no other
     * attempt does.
     */
    readonly numbering?: string;
    /** True for a trial: nothing will be written, and what LetsData makes with the dataset is not there yet. */
    readonly isTrial?: boolean;
  }): Promise<Writer>;
  /**
   * For the attempt behind RESTART_FROM_BEGINNING: removes what earlier ones of the task wrote, where the target can tell. Repeatable.
   * `confirmLease` throws Problem LEASE_LOST; asked before anything is removed, since it may be of a later attempt by then.
   */
  removeTaskOutput?(
    input: {
      readonly config: Config;
      readonly access: CloudAccess;
      readonly task: TaskIdentity;
      readonly confirmLease: (signal: AbortSignal) => Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface ErrorConnector<Config> extends Omit<WriteConnector<Config>, "openWriter"> {
  openErrorSink(input: {
    readonly config: Config;
    readonly access: CloudAccess;
    readonly task: TaskIdentity;
    /** Throws Problem LEASE_LOST. Asked before a file of an earlier attempt is replaced; absent = the lease is taken as held. */
    readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
  }): Promise<ErrorSink>;
}

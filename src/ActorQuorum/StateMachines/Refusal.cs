namespace ActorQuorum.StateMachines;

/// <summary>Why the store refuses a request: a gRPC code and etcd's text. The same on every node, and at the front door.</summary>
/// <param name="Code">gRPC's code, as etcd's clients expect it.</param>
/// <param name="Error">What is wrong.</param>
internal sealed record Refusal(int Code, string Error)
{
    private const int InvalidArgument = 3;
    private const int NotFound = 5;
    private const int ResourceExhausted = 8;
    private const int OutOfRange = 11;
    private const int NotImplemented = 12;
    private const int Internal = 13;

    /// <summary>The request names no key.</summary>
    public static Refusal NoKey { get; } = new(InvalidArgument, "etcdserver: key is not provided");

    /// <summary>The request names a lease; there are none.</summary>
    public static Refusal NoSuchLease { get; } = new(NotFound, "etcdserver: requested lease not found");

    /// <summary>A put that is to keep the key's value gives one.</summary>
    public static Refusal ValueGiven { get; } = new(InvalidArgument, "etcdserver: value is provided");

    /// <summary>A put that is to keep the key's lease gives one.</summary>
    public static Refusal LeaseGiven { get; } = new(InvalidArgument, "etcdserver: lease is provided");

    /// <summary>A put that is to keep something of a key that is not there; also etcd's text for an operation of a txn that does nothing.</summary>
    public static Refusal NoSuchKey { get; } = new(InvalidArgument, "etcdserver: key not found");

    /// <summary>A sort order or target that is none.</summary>
    public static Refusal UnknownSort { get; } = new(InvalidArgument, "etcdserver: invalid sort option");

    /// <summary>A read, or a compaction, below the compacted revision.</summary>
    public static Refusal Compacted { get; } = new(OutOfRange, "etcdserver: mvcc: required revision has been compacted");

    /// <summary>A read or a compaction at a revision that is yet to come.</summary>
    public static Refusal FutureRevision { get; } = new(OutOfRange, "etcdserver: mvcc: required revision is a future revision");

    /// <summary>A txn with more than <see cref="TxnFields.OperationLimit"/> compares or operations.</summary>
    public static Refusal TooManyOperations { get; } = new(InvalidArgument, "etcdserver: too many operations in txn request");

    /// <summary>A txn puts a key twice, or puts and deletes it.</summary>
    public static Refusal DuplicateKey { get; } = new(InvalidArgument, "etcdserver: duplicate key given in txn request");

    /// <summary>The bytes are no message of the kind.</summary>
    public static Refusal NotAMessage { get; } =
        new(Internal, "grpc: error unmarshalling request: the bytes are not a message of this kind");

    /// <summary>The answer would not fit.</summary>
    public static Refusal AnswerTooLarge { get; } = new(
        ResourceExhausted,
        $"etcdserver: the answer is over {KeyValueAnswer.SizeLimitBytes >> 20} MiB; ask for fewer keys at a time, or without values");

    /// <summary>A command or query of a kind or format that this version does not know.</summary>
    public static Refusal UnknownCommand { get; } =
        new(NotImplemented, "actorquorum: a command of a kind that this version does not know");

    /// <summary>The refusal as a result.</summary>
    public CommandResult At(long revision) => new(Code, Error, revision, default);
}

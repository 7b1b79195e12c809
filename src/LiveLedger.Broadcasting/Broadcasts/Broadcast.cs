using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>Where a broadcast is in its life.</summary>
internal enum BroadcastState
{
    /// <summary>Made, not yet open to publishers.</summary>
    Created,

    /// <summary>Publishers may push, viewers may watch.</summary>
    Live,

    /// <summary>Closed; the whole recording is served.</summary>
    Ended,
}

/// <summary>A broadcast as its events say. Immutable: <see cref="Apply"/> gives the next one.</summary>
internal sealed record Broadcast
{
    public required BroadcastId Id { get; init; }

    /// <summary>Number of events folded, which is the stream version the next append expects.</summary>
    public ulong Version { get; private init; }

    public string Title { get; private init; } = "";

    public string Owner { get; private init; } = "";

    public ProtectionScheme Scheme { get; private init; }

    /// <summary>How long each content key is in use.</summary>
    public KeyPeriodLength KeyPeriod { get; private init; }

    /// <summary>How a change of key is said.</summary>
    public KeySignalling KeySignalling { get; private init; }

    /// <summary>From whom its viewers take it. Final once it was started, so no admission outlives a choice.</summary>
    public BroadcastPeers Peers { get; private init; }

    public Ed25519PublicKey SessionKey { get; private init; }

    /// <summary>SHA-256 of the ingest key.</summary>
    public byte[] IngestKeyHash { get; private init; } = [];

    /// <summary>The signer certificate (COSE_Sign1 bytes), once the broadcaster has given it.</summary>
    public byte[]? Certificate { get; private init; }

    /// <summary>What that certificate says: read once, and asked for with each admission.</summary>
    public SignerView? Signer { get; private init; }

    /// <summary>The identity key that its owner has named on a chain, base64url; null where nobody has. Who signed what was published stays as it was.</summary>
    public string? NamedIdentity { get; private init; }

    public BroadcastState State { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset? StartedAt { get; private init; }

    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>Since when nothing of it is served; null unless it is taken down.</summary>
    public DateTimeOffset? TakenDownAt { get; private init; }

    public IReadOnlyList<TrackTotal> Totals { get; private init; } = [];

    /// <summary>What its viewers see of that.</summary>
    public BroadcastPhase Phase => (TakenDownAt, State) switch
    {
        (not null, _) => BroadcastPhase.TakenDown,
        (_, BroadcastState.Created) => BroadcastPhase.Created,
        (_, BroadcastState.Live) => BroadcastPhase.Live,
        _ => BroadcastPhase.Ended,
    };

    /// <summary>The broadcast after one more event.</summary>
    /// <exception cref="InvalidDataException">The event holds a value that no version of this program wrote.</exception>
    public Broadcast Apply(BroadcastEvent e)
    {
        var next = this with { Version = Version + 1 };
        return e switch
        {
            BroadcastCreated created => next with
            {
                Title = created.Title,
                Owner = created.Owner,
                Scheme = created.Scheme,
                SessionKey = Ed25519PublicKey.TryParse(System.Buffers.Text.Base64Url.DecodeFromChars(created.SessionKey), out var key)
                    ? key
                    : throw new InvalidDataException("the stored session key is not a valid key"),
                IngestKeyHash = Convert.FromHexString(created.IngestKeyHash),
                KeyPeriod = KeyPeriodLength.TryOf(created.KeyPeriodSeconds, out var period) ? period : throw new InvalidDataException("the stored key period is none"),
                KeySignalling = created.KeySignalling,
                Peers = created.Peers,
                CreatedAt = created.At,
            },
            SignerCertified certified => next.With(System.Buffers.Text.Base64Url.DecodeFromChars(certified.Certificate)),
            IngestKeyRotated rotated => next with { IngestKeyHash = Convert.FromHexString(rotated.IngestKeyHash) },
            PeersChosen chosen => next with { Peers = chosen.Peers },
            BroadcastStarted started => next with { State = BroadcastState.Live, StartedAt = started.At },
            BroadcastEnded ended => next with { State = BroadcastState.Ended, EndedAt = ended.At, Totals = ended.Tracks },
            BroadcastTakenDown taken => next with { TakenDownAt = taken.At },
            BroadcastRestored => next with { TakenDownAt = null },
            BroadcastHandedOver handed => next.HandedOver(handed),
            _ => throw new InvalidDataException($"unknown event {e.GetType().Name}"),
        };
    }

    // Before the start nothing is signed or published yet, and the old owner's certificate and ingest key end here. After it the records are bound to their signer.
    private Broadcast HandedOver(BroadcastHandedOver handed) => State == BroadcastState.Created
        ? this with
        {
            Owner = handed.Owner,
            NamedIdentity = handed.Identity,
            Certificate = null,
            Signer = null,
            IngestKeyHash = handed.IngestKeyHash is { } hash ? Convert.FromHexString(hash) : throw new InvalidDataException("a broadcast was handed over with its ingest key"),
        }
        : this with { Owner = handed.Owner, NamedIdentity = handed.Identity };

    private Broadcast With(byte[] certificate) => this with { Certificate = certificate, Signer = SignerView.Of(certificate) };
}

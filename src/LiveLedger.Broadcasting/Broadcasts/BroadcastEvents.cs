using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>What can have happened to a broadcast. Written to its stream, <c>broadcast/{id}</c>, and never changed.</summary>
internal abstract record BroadcastEvent(DateTimeOffset At);

/// <summary>The broadcast exists. <paramref name="IngestKeyHash"/> is the SHA-256 of the ingest key: the key itself is shown once and not kept.</summary>
/// <param name="At">When.</param>
/// <param name="Title">Its title.</param>
/// <param name="Owner">Its broadcaster's account.</param>
/// <param name="Scheme">How it is encrypted.</param>
/// <param name="SessionKey">What signs its records, base64url.</param>
/// <param name="IngestKeyHash">As above.</param>
/// <param name="KeyPeriodSeconds">Length of its key periods; null for one key throughout, as all broadcasts had in schema 1.</param>
/// <param name="KeySignalling">How a change of key is said; by init segments in all of schema 2.</param>
/// <param name="Peers">From whom its viewers take it; from one another too in all of schema 3.</param>
internal sealed record BroadcastCreated(
    DateTimeOffset At, string Title, string Owner, ProtectionScheme Scheme, string SessionKey, string IngestKeyHash, int? KeyPeriodSeconds = null,
    KeySignalling KeySignalling = KeySignalling.Init, BroadcastPeers Peers = BroadcastPeers.Viewers) : BroadcastEvent(At);

/// <summary>The broadcaster's identity key has certified the session key; <paramref name="Certificate"/> is the COSE_Sign1, base64url.</summary>
internal sealed record SignerCertified(DateTimeOffset At, string Certificate) : BroadcastEvent(At);

/// <summary>The old ingest key is no longer taken.</summary>
internal sealed record IngestKeyRotated(DateTimeOffset At, string IngestKeyHash) : BroadcastEvent(At);

/// <summary>Its viewers take it from these and no others. Not after it was started.</summary>
internal sealed record PeersChosen(DateTimeOffset At, BroadcastPeers Peers) : BroadcastEvent(At);

/// <summary>Publishers may push.</summary>
internal sealed record BroadcastStarted(DateTimeOffset At) : BroadcastEvent(At);

/// <summary>No segment comes after those counted here: a shorter or longer recording is false.</summary>
internal sealed record BroadcastEnded(DateTimeOffset At, IReadOnlyList<TrackTotal> Tracks) : BroadcastEvent(At);

/// <summary>The broadcast is withdrawn: nothing of it is served and no key given, until it is restored.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why, as whoever did it says: for operators and auditors.</param>
/// <param name="By">The role that did it.</param>
internal sealed record BroadcastTakenDown(DateTimeOffset At, string Reason, string By) : BroadcastEvent(At);

/// <summary>It is as it was before it was taken down.</summary>
internal sealed record BroadcastRestored(DateTimeOffset At, string By) : BroadcastEvent(At);

/// <summary>The broadcast is another account's, as the owner of its token on a chain said by accepting it; or the first one's again.</summary>
/// <param name="At">When.</param>
/// <param name="Owner">The account that controls it from now on.</param>
/// <param name="Identity">The identity key that the new owner has named, base64url.</param>
/// <param name="IngestKeyHash">The SHA-256 of an ingest key that nobody has, if it was not started yet; else null: who publishes goes on until the new owner rotates it.</param>
internal sealed record BroadcastHandedOver(DateTimeOffset At, string Owner, string Identity, string? IngestKeyHash) : BroadcastEvent(At);

/// <summary>How a track ended: number of segments, and the record hash of the last one (hexadecimal; null if there is none).</summary>
internal sealed record TrackTotal(string Track, uint Segments, string? LastRecord);

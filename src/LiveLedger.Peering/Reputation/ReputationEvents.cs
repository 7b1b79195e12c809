using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Reputation;

/// <summary>Reads the inputs of standing out of events, by their type and JSON alone: server and auditor read them with the same eyes.</summary>
public static class ReputationEvents
{
    /// <summary>The type of a batch's event.</summary>
    public const string ReceiptsFiledType = "receipts-filed";

    /// <summary>The type of a fork's event.</summary>
    public const string ReceiptForkedType = "receipt-forked";

    /// <summary>The type of the formula's event.</summary>
    public const string FormulaAdoptedType = "reputation-formula-adopted";

    /// <summary>The input; null for an event that standing is not made of, and for one that does not say what its type should.</summary>
    public static ReputationInput? Read(string type, ReadOnlyMemory<byte> payload)
    {
        if (type is not ("segment-sealed" or "peer-admitted" or ReceiptsFiledType or ReceiptForkedType or FormulaAdoptedType
            or "peer-convicted" or "peer-pardoned" or "peer-banned" or "peer-unbanned"))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            return Read(type, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // Erased, or of a stage that says it otherwise: to everybody the same nothing.
            return null;
        }
    }

    private static ReputationInput? Read(string type, JsonElement said) => type switch
    {
        "segment-sealed" => Segment(said),
        "peer-admitted" => Admitted(said),
        ReceiptsFiledType => Bytes(said, "batch") is { } bytes && ReceiptBatch.TryRead(bytes, out var batch) ? new ReputationInput.ReceiptsFiled(batch) : null,
        ReceiptForkedType => Forked(said),
        FormulaAdoptedType => new ReputationInput.FormulaAdopted(said.GetProperty("version").GetInt32()),
        _ => Verdict(type, said),
    };

    private static ReputationInput.SegmentLogged? Segment(JsonElement said) =>
        BroadcastId.TryParse(said.GetProperty("broadcast").GetString(), out var broadcast) && TrackName.TryParse(said.GetProperty("track").GetString(), out var track)
            && said.GetProperty("byteLength").GetInt32() is > 0 and <= ChunkTree.MaxSegmentLength and var length
            ? new(broadcast, new(TrackTag.Of(broadcast, track), said.GetProperty("epoch").GetUInt32(), said.GetProperty("sequence").GetUInt32()), length)
            : null;

    private static ReputationInput.KeyAdmitted? Admitted(JsonElement said) =>
        TryReadPeer(said, out var broadcast, out var peer) && Bytes(said, "key") is { Length: Bytes32.Length } key && RoleOf(said.GetProperty("role").GetString()) is { } role
            ? new(broadcast, new(new Bytes32(key)), peer, role, said.GetProperty("expiresAt").GetDateTimeOffset())
            : null;

    private static ReputationInput.ReceiptForked? Forked(JsonElement said) =>
        BroadcastId.TryParse(said.GetProperty("broadcast").GetString(), out var broadcast)
            && Bytes(said, "first") is { } one && SignedReceipt.TryRead(one, out var first) && Bytes(said, "second") is { } other && SignedReceipt.TryRead(other, out var second)
            && ReceiptFork.Between(first, second) is { } fork && (first.Receipt.Broadcast == broadcast || second.Receipt.Broadcast == broadcast)
            ? new(broadcast, fork)
            : null;

    private static ReputationInput.OfBroadcast? Verdict(string type, JsonElement said) => !TryReadPeer(said, out var broadcast, out var peer) ? null : type switch
    {
        "peer-convicted" => new ReputationInput.PeerConvicted(broadcast, peer),
        "peer-pardoned" => new ReputationInput.PeerPardoned(broadcast, peer),
        _ => new ReputationInput.BanChanged(broadcast, peer, type == "peer-banned"),
    };

    private static bool TryReadPeer(JsonElement said, out BroadcastId broadcast, out PeerPseudonym peer)
    {
        peer = default;
        return BroadcastId.TryParse(said.GetProperty("broadcast").GetString(), out broadcast) && PeerPseudonym.TryParse(said.GetProperty("peer").GetString(), out peer);
    }

    private static byte[]? Bytes(JsonElement said, string name) => StrictBase64Url.TryDecode(said.GetProperty(name).GetString(), out var bytes) ? bytes : null;

    private static PeerRole? RoleOf(string? text) => text switch
    {
        "viewer" => PeerRole.Viewer,
        "relay" => PeerRole.Relay,
        "seed" => PeerRole.Seed,
        _ => null,
    };
}

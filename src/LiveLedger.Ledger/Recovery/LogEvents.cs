using System.Security.Cryptography;
using System.Text.Json;

namespace LiveLedger.Ledger.Recovery;

/// <summary>What the log says of itself, in its own stream.</summary>
internal static class LogEvents
{
    /// <summary>The stream.</summary>
    public static StreamName Stream { get; } = new("log");

    /// <summary>A database that had lost events was given them back.</summary>
    public static NewEvent RolledForward(LogExamination found) => Event("log-rolled-forward", new
    {
        from = found.DatabaseSize,
        to = found.Size,
        promises = found.Promises.Select(p => new { source = p.Promise.Source, size = p.Promise.Head.Size.Value, root = p.Promise.Head.Root.ToString() }),
    });

    /// <summary>This log has taken the place of another. The same succession gives the same event.</summary>
    public static NewEvent Succeeded(Succession succession) => Event("log-succeeded", succession) with
    {
        Id = new CommandId(new(SHA256.HashData(succession.ToJson()).AsSpan(0, 16), bigEndian: true)).EventId(0),
    };

    private static NewEvent Event(string type, object payload) =>
        new(Guid.CreateVersion7(), type, 1, JsonSerializer.SerializeToUtf8Bytes(payload, JsonSerializerOptions.Web), "operator");
}

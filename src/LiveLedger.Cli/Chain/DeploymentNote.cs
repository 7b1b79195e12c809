using System.Text.Json;
using LiveLedger.Chain;
using LiveLedger.Cli.Files;

namespace LiveLedger.Cli.Chain;

/// <summary>
/// What `chain deploy` sends, noted before it does, in a file beside the one that it is to write and until that is there. A run that was cut off, by kill -9 as well,
/// is gone on from it.
/// </summary>
internal sealed class DeploymentNote
{
    private const int MaxLength = 16 * 1024;
    private const string Choice = "end that one, or delete the file; then nothing names what was sent";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private Noted _noted;

    private DeploymentNote(string path, Noted noted) => (Path, _noted) = (path, noted);

    internal string Path { get; }

    /// <summary>True if nothing is noted.</summary>
    internal bool IsEmpty => _noted.Sent is [];

    /// <summary>Reads what an earlier run has noted, if one has.</summary>
    /// <exception cref="CommandFailure">It is no note, or one of another deployment.</exception>
    internal static DeploymentNote Open(string settings, ChainId chain, Address account)
    {
        var (path, empty) = ($"{settings}.deploying", new Noted(chain.Value, account.ToChecksumText(), []));
        if (!File.Exists(path))
        {
            return new(path, empty);
        }

        var noted = Read(path);
        return noted.ChainId == empty.ChainId && noted.Account == empty.Account
            ? new(path, noted)
            : throw new CommandFailure($"{path} is of a deployment by {Output.Word(noted.Account)} on chain {noted.ChainId} that was cut off: {Choice}", ExitCode.Usage);
    }

    /// <summary>What is noted of a contract; null if nothing is.</summary>
    internal NotedTransaction? Of(string contract) => _noted.Sent.FirstOrDefault(s => s.Contract == contract);

    /// <summary>Notes a contract that is sent now. What was noted of it, and after it, is of no use any more: those after it know its address.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    internal void Add(string contract, ulong nonce, ulong block) => Keep([.. Before(contract), new(contract, nonce, block)]);

    /// <summary>Takes back what was noted of a contract that nobody has taken.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    internal void Remove(string contract)
    {
        Keep([.. Before(contract)]);
        if (IsEmpty)
        {
            Delete();
        }
    }

    /// <summary>The settings file is there, and names all.</summary>
    internal void Delete() => File.Delete(Path);

    private static Noted Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Noted>(BoundedFile.Read(path, MaxLength), s_json) is { Account: not null, Sent: not null } noted && noted.Sent.All(static s => s is { Contract: not null })
                ? noted
                : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CommandFailure($"{path} is not what a deployment notes: mend it or delete it; then nothing names what was sent", ExitCode.Usage);
        }
    }

    private IEnumerable<NotedTransaction> Before(string contract) => _noted.Sent.TakeWhile(s => s.Contract != contract);

    private void Keep(IReadOnlyList<NotedTransaction> sent)
    {
        _noted = _noted with { Sent = sent };
        try
        {
            PrivateFile.Write(Path, JsonSerializer.SerializeToUtf8Bytes(_noted, s_json), replace: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Path} cannot be written ({e.Message}), and nothing is sent that is not noted");
        }
    }

    private sealed record Noted(ulong ChainId, string Account, IReadOnlyList<NotedTransaction> Sent);
}

/// <summary>A contract's transaction.</summary>
/// <param name="Contract">Which contract.</param>
/// <param name="Nonce">The account's.</param>
/// <param name="Block">The newest block when it was sent.</param>
internal sealed record NotedTransaction(string Contract, ulong Nonce, ulong Block);

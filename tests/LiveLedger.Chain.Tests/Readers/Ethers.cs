namespace LiveLedger.Chain.Tests.Readers;

/// <summary>What ethers makes of Solidity signatures and values.</summary>
internal static class Ethers
{
    /// <summary>All at once: a process costs more than a thousand values.</summary>
    public static IReadOnlyList<EthersLog> Write(IReadOnlyList<EthersQuestion> asked) => NodeReader.Ask<EthersLog[]>("abi", asked);
}

/// <param name="Kind">call, event, error or tuple.</param>
/// <param name="Signature">As in Solidity; of an event with its indexed parameters.</param>
/// <param name="Values">Numbers as text, arrays and tuples as arrays.</param>
internal sealed record EthersQuestion(string Kind, string Signature, object[] Values);

/// <param name="Topics">An event's.</param>
/// <param name="Data">What was written.</param>
internal sealed record EthersLog(string[] Topics, string Data)
{
    public byte[] Bytes => Convert.FromHexString(Data[2..]);

    public LiveLedger.Cryptography.Bytes32[] Words => [.. Topics.Select(static t => new LiveLedger.Cryptography.Bytes32(Convert.FromHexString(t[2..])))];
}

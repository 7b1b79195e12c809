namespace LiveLedger.Chain.Tests.Readers;

/// <summary>Foundry's <c>cast</c>, run as a process.</summary>
internal static class Cast
{
    /// <summary>What it prints.</summary>
    public static string Say(params string[] arguments)
    {
        var (exit, output, log) = ContractsFolder.Run(ContractsFolder.Foundry("cast"), arguments, ContractsFolder.Path);
        Assert.True(exit == 0, $"cast said {exit}: {log}");
        return output.Trim();
    }

    /// <summary>What it prints, which is data.</summary>
    public static byte[] SayBytes(params string[] arguments) => Convert.FromHexString(Say(arguments)[2..]);
}

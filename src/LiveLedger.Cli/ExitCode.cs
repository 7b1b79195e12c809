namespace LiveLedger.Cli;

/// <summary>What every command's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>Done, or verified good.</summary>
    internal const int Good = 0;

    /// <summary>Verified false: something was checked and does not hold.</summary>
    internal const int VerifiedFalse = 1;

    /// <summary>The command line was wrong.</summary>
    internal const int Usage = 2;

    /// <summary>Could not tell: the network, the machine or the server stood in the way.</summary>
    internal const int CouldNotTell = 3;
}

using System.Globalization;

namespace LiveLedger.Fuzz;

/// <summary>What a run of a target came to.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Inputs">How many inputs were read, the failing one included.</param>
/// <param name="Elapsed">How long that took.</param>
/// <param name="Failure">The first promise broken, or null.</param>
public sealed record FuzzReport(string Target, long Inputs, TimeSpan Elapsed, FuzzFailure? Failure)
{
    /// <summary>True if every promise was kept.</summary>
    public bool Passed => Failure is null;

    /// <summary>The verdict first; after a failure, how to see it again.</summary>
    public override string ToString() => Failure is { } failure
        ? string.Create(CultureInfo.InvariantCulture,
            $"FAIL {Target}: input {failure.Number} {failure.What}\nagain: Fuzz {Target} 1 {failure.Number}\n{Convert.ToHexStringLower(failure.Input)}")
        : string.Create(CultureInfo.InvariantCulture, $"OK   {Target}: {Inputs} inputs in {Elapsed.TotalSeconds:0.0} s");
}

/// <summary>One input that broke a promise.</summary>
/// <param name="Number">Its number, which makes it again.</param>
/// <param name="Input">Its bytes.</param>
/// <param name="What">Which promise.</param>
public sealed record FuzzFailure(long Number, byte[] Input, string What);

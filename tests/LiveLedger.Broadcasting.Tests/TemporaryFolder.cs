namespace LiveLedger.Broadcasting.Tests;

/// <summary>A folder of the test's own, gone when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("liveledger-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

namespace LiveLedger.Fuzz;

/// <summary>Reads one input. Throws <see cref="FuzzException"/> when a promise is broken; any other exception is a crash.</summary>
public delegate void FuzzRead(ReadOnlySpan<byte> input);

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Seeds">Good inputs, which are mutated.</param>
/// <param name="Read">Reads an input.</param>
public sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, FuzzRead Read);

/// <summary>A reader broke a promise without crashing.</summary>
public sealed class FuzzException(string message) : Exception(message);

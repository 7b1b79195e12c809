using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Harness.Ledgers;

/// <summary>A log that keeps its lines, for tests that read them and for the message of those that fail.</summary>
public sealed class CapturedLog<T> : ILogger<T>
{
    /// <summary>The lines so far, exceptions included.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
}

using System.Diagnostics;

namespace LiveLedger.Relay.Tests;

/// <summary>Has HTTP clients of this process fail in a way that none of theirs is, before certain requests leave: by the hook that .NET has there for whoever watches.</summary>
internal sealed class FailingRequests : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly Func<Uri, bool> _which;
    private readonly IDisposable _all;
    private IDisposable? _clients;
    private int _failed;

    /// <param name="which">Those that fail.</param>
    public FailingRequests(Func<Uri, bool> which)
    {
        _which = which;
        _all = DiagnosticListener.AllListeners.Subscribe(this);
    }

    /// <summary>Requests that have failed.</summary>
    public int Failed => Volatile.Read(ref _failed);

    public void OnNext(DiagnosticListener listener)
    {
        if (listener.Name == "HttpHandlerDiagnosticListener")
        {
            _clients = listener.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> happened)
    {
        if (happened.Key == "System.Net.Http.HttpRequestOut.Start"
            && happened.Value?.GetType().GetProperty("Request")?.GetValue(happened.Value) is HttpRequestMessage { RequestUri: { } address } && _which(address))
        {
            Interlocked.Increment(ref _failed);
            throw new InvalidOperationException("a test has this request fail");
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        _clients?.Dispose();
        _all.Dispose();
    }
}

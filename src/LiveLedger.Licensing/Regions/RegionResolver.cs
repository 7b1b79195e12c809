using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Licensing.Regions;

/// <summary>
/// Where a request comes from: the region of its address in a file, a table of networks or one of MaxMind's. The address is looked up and forgotten;
/// it is in no log and no event. A file that is replaced is read again within ten seconds; one that will not do is reported, and the old one stays.
/// </summary>
internal sealed partial class RegionResolver
{
    private const long MaxBytes = 512L * 1024 * 1024;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    private readonly string? _file;
    private readonly IReadOnlyList<IPNetwork> _proxies;
    private readonly TimeProvider _time;
    private readonly ILogger<RegionResolver> _logger;
    private Func<IPAddress, string?> _find = static _ => null;
    private DateTime _read;
    private long _looked;

    /// <exception cref="InvalidDataException">The file is not there, or will not do.</exception>
    public RegionResolver(LicensingOptions options, TimeProvider time, ILogger<RegionResolver> logger)
    {
        (_file, _proxies, _time, _logger, _looked) = (options.RegionsFile, options.TrustedProxies, time, logger, time.GetTimestamp());
        if (_file is not null)
        {
            (_find, _read) = Read(_file);
        }
    }

    /// <summary>The region of a request; null if nobody can say.</summary>
    public string? Of(HttpContext context)
    {
        return _file is not null && AddressOf(context) is { } address ? Of(address) : null;
    }

    /// <summary>The region of an address; null if nobody can say.</summary>
    public string? Of(IPAddress address)
    {
        if (_file is null)
        {
            return null;
        }

        Refresh(_file);
        return Volatile.Read(ref _find)(address);
    }

    /// <summary>
    /// The address a request comes from: the connection's or, behind proxies of ours, the last one in X-Forwarded-For that is none of them. What
    /// stands before that anybody may have written.
    /// </summary>
    public IPAddress? AddressOf(HttpContext context)
    {
        var address = Plain(context.Connection.RemoteIpAddress);
        var hops = string.Join(',', (IEnumerable<string?>)context.Request.Headers["X-Forwarded-For"]).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var hop = hops.Length - 1; hop >= 0 && address is not null && _proxies.Any(proxy => proxy.Contains(address)); hop--)
        {
            address = Plain(IPAddress.TryParse(hops[hop], out var named) ? named : null);
        }

        return address;
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private void Refresh(string file)
    {
        var (now, looked) = (_time.GetTimestamp(), Interlocked.Read(ref _looked));
        if (_time.GetElapsedTime(looked, now) < s_look || Interlocked.CompareExchange(ref _looked, now, looked) != looked)
        {
            return;
        }

        // Not while somebody waits for a licence.
        _ = Task.Run(() =>
        {
            try
            {
                if (File.GetLastWriteTimeUtc(file) != _read)
                {
                    (var find, _read) = Read(file);
                    Volatile.Write(ref _find, find);
                }
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                Unusable(_logger, e.Message);
            }
        });
    }

    private static (Func<IPAddress, string?>, DateTime) Read(string file)
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(file);
            if (new FileInfo(file) is { Exists: true, Length: > MaxBytes })
            {
                throw new InvalidDataException($"more than {MaxBytes} bytes");
            }

            var bytes = File.ReadAllBytes(file);
            if (MaxMindFile.Is(bytes))
            {
                return (MaxMindFile.Open(bytes).Find, written);
            }

            using var text = new StreamReader(new MemoryStream(bytes));
            return (RegionTable.Read(text).Find, written);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the table of regions {file} will not do: {e.Message}", e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}; the one read before stays")]
    private static partial void Unusable(ILogger logger, string reason);
}

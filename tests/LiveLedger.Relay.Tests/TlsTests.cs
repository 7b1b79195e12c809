using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiveLedger.Harness;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Tests;

/// <summary>A relay with a certificate of its own, as pages on https need one: what peers sign is the origin that the certificate vouches for.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-tls-").FullName;
    private readonly int _port = LoopbackPorts.Take();

    private string Origin => $"https://localhost:{_port}";

    public TlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "relay.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "relay.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_peer_links_over_wss_by_the_https_origin_that_it_came_to_and_gets_what_it_wants()
    {
        await using var swarm = await StartAsync();
        Assert.Equal("https", swarm.Relay.Address.Scheme);
        Assert.Equal(swarm.Upstream.Files["v/0.m4s"], await swarm.Relay.GetAsync("v/0.m4s"));
        // As a page has it: the origin is that of the address it has opened.
        using var peer = await swarm.LinkAsync(origin: swarm.Relay.Address.GetLeftPart(UriPartial.Authority));
        Assert.True(peer.Handshake!.IsUp, $"{peer.Handshake.Refusal}, {peer.Farewell}");
        Assert.Equal(Origin, peer.Handshake.Other!.Origin);
        Assert.True(SignedRecord.TryParse(await peer.RecordAsync(0), out var record));
        Assert.Equal(swarm.Upstream.Files["v/0.m4s"], await peer.SegmentAsync(0, record));
    }

    [Theory]
    [InlineData("https://127.0.0.1:{0}")]
    [InlineData("http://localhost:{0}")]
    [InlineData("https://localhost")]
    [InlineData("https://relay.example:{0}")]
    public async Task Under_every_other_origin_both_refuse(string other)
    {
        var origin = string.Format(System.Globalization.CultureInfo.InvariantCulture, other, _port);
        await using var swarm = await StartAsync();
        using var careful = await swarm.LinkAsync(origin: origin);
        Assert.Equal(LinkRefusal.WrongOrigin, careful.Handshake!.Refusal);
        using var led = await HandshakeTests.LedAsync(swarm, swarm.Platform.Admit(), origin);
        Assert.Equal(ByeReason.NotAdmitted, await led.UntilClosedAsync());
        Assert.Equal(0, swarm.Relay.Server.Status.Links);

        // It is their origin alone that was wrong.
        using var right = await HandshakeTests.LedAsync(swarm, swarm.Platform.Admit(), Origin);
        await right.ReceiveAsync(PeerMessageType.Proof);
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Links == 1, "who signs the relay's origin is linked");
    }

    [Fact]
    public async Task Without_TLS_nobody_is_answered_there()
    {
        await using var swarm = await StartAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => TestPeer.ConnectAsync(new($"http://localhost:{_port}"), swarm.Upstream.Broadcast));
    }

    private Task<AdmittedRelay> StartAsync() => AdmittedRelay.StartAsync(
        o => o with { Urls = Origin, Tls = (Path.Combine(_folder, "relay.pem"), Path.Combine(_folder, "relay.key")) }, platform => platform.RelayOrigin = Origin);
}

using System.Net;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry;

/// <summary>Settings of the registry client.</summary>
public sealed record RegistryOptions
{
    /// <summary>Folders with one folder per registry ("HOST" or "HOST:PORT"), which holds *.crt (CAs), *.cert and *.key (client). Earlier ones win.</summary>
    public IReadOnlyList<string> CertificateFolders { get; init; } = ["/etc/containers/certs.d", "/etc/docker/certs.d"];

    /// <summary>Registries ("HOST" or "HOST:PORT") that may be spoken to without TLS, or with a certificate that nobody verifies; asked anew for each pull.</summary>
    public Func<IReadOnlyList<string>> InsecureRegistries { get; init; } = () => [];

    /// <summary>registries.conf as it is now: asked anew for each pull.</summary>
    public Func<RegistriesConfiguration> Registries { get; init; } = () => RegistriesConfiguration.None;

    /// <summary>Null: none, whatever the environment says.</summary>
    public IWebProxy? Proxy { get; init; }

    public TimeSpan ConnectTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From a request to the headers of its answer.</summary>
    public TimeSpan ResponseTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From an answer's headers to the end of a small body: a manifest's or a signature's. A config, which is a blob, may at most be silent for so long.</summary>
    public TimeSpan SmallBodyTimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a blob's body may stay silent while we wait for it; a slow disk of ours doesn't count. InfiniteTimeSpan: for ever.</summary>
    public TimeSpan ProgressTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    internal RegistryOptions ForSmallBlobs =>
        ProgressTimeLimit == Timeout.InfiniteTimeSpan || ProgressTimeLimit > SmallBodyTimeLimit ? this with { ProgressTimeLimit = SmallBodyTimeLimit } : this;

    /// <summary>
    /// How often a request is sent before its failure is final, and how often in a row a broken body is asked for again; at least 1. A mirror gets one:
    /// another place is asked instead. Where the registry itself gives no answer, mirror and registry are asked in turn, each so often.
    /// </summary>
    public int Attempts { get; init; } = 4;

    internal int AttemptsAt(RegistryEndpoint endpoint) => endpoint.IsMirror ? 1 : Attempts;

    /// <summary>Before the second attempt; doubled before each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A registry that wants a longer pause (Retry-After) is reported instead of awaited.</summary>
    public TimeSpan RetryAfterLimit { get; init; } = TimeSpan.FromSeconds(30);

    public string UserAgent { get; init; } = "crisharp/0.1";
}

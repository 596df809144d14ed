using System.Net;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>
/// HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or not, as Go's programs read them: what a node's other programs do, this one does.
/// The way to this machine itself never goes by a proxy.
/// </summary>
public sealed class EnvironmentProxy : IWebProxy
{
    private readonly Uri? _forHttp;
    private readonly Uri? _forHttps;
    private readonly NoProxyList _exceptions;

    private EnvironmentProxy(Uri? forHttp, Uri? forHttps, NoProxyList exceptions)
    {
        (_forHttp, _forHttps, _exceptions) = (WithoutLogin(forHttp), WithoutLogin(forHttps), exceptions);
        Credentials = new ProxyCredentials(forHttp, forHttps);
    }

    /// <summary>Those that stand in the proxies' URLs.</summary>
    public ICredentials? Credentials { get; set; }

    /// <param name="variable">A variable of the environment; null: not set.</param>
    /// <returns>Null where the environment names no proxy.</returns>
    /// <exception cref="RuntimeException">InvalidArgument: a proxy that is no URL, by the variable's name: its value may hold a password.</exception>
    public static EnvironmentProxy? Read(Func<string, string?> variable)
    {
        var forHttp = UriOf(variable, "HTTP_PROXY");
        var forHttps = UriOf(variable, "HTTPS_PROXY");
        return forHttp is null && forHttps is null ? null : new EnvironmentProxy(forHttp, forHttps, new NoProxyList(Value(variable, "NO_PROXY") ?? ""));
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : ProxyFor(destination);

    public bool IsBypassed(Uri host) => ProxyFor(host) is null || LocalHost.IsLoopback(host.Host) || _exceptions.Contains(host);

    /// <summary>Without what might be secret.</summary>
    public override string ToString() => $"http by {_forHttp?.Authority ?? "none"}, https by {_forHttps?.Authority ?? "none"}";

    private Uri? ProxyFor(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _forHttps : _forHttp;

    private static Uri? UriOf(Func<string, string?> variable, string name)
    {
        if (Value(variable, name) is not { } text)
        {
            return null;
        }

        // HOST:PORT alone means an HTTP proxy.
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(url, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5" or "socks4" or "socks4a" && proxy.Host.Length > 0
            ? proxy
            : throw new RuntimeException(ErrorKind.InvalidArgument, $"the environment's {name} is not the URL of a proxy (http, https or socks5)");
    }

    /// <summary>The URL ends up in errors.</summary>
    private static Uri? WithoutLogin(Uri? proxy) => proxy is null ? null : new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;

    private static string? Value(Func<string, string?> variable, string name) =>
        new[] { variable(name), variable(name.ToLowerInvariant()) }.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))?.Trim();

    private sealed class ProxyCredentials(params Uri?[] proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            var proxy = proxies.FirstOrDefault(candidate => candidate is { UserInfo.Length: > 0 } && candidate.Authority == uri.Authority);
            if (proxy is null)
            {
                return null;
            }

            var parts = proxy.UserInfo.Split(':', 2);
            return new NetworkCredential(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts is [_, var password] ? password : ""));
        }
    }
}

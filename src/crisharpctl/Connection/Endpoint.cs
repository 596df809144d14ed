using CriSharp.Primitives;

namespace CriSharp.Ctl.Connection;

/// <summary>The path of a runtime's Unix socket.</summary>
internal readonly record struct Endpoint
{
    public const string EnvironmentVariableName = "CONTAINER_RUNTIME_ENDPOINT";
    private const string Default = "/run/crisharp/crisharp.sock";
    private const string Scheme = "unix://";

    private Endpoint(string path) => SocketPath = path;

    public string SocketPath { get; }

    /// <summary>What was typed, else what the environment says, else our own default.</summary>
    public static Endpoint Choose(string? typed, Func<string, string?> environment)
    {
        var inEnvironment = environment(EnvironmentVariableName);
        return Parse(typed ?? (string.IsNullOrEmpty(inEnvironment) ? Default : inEnvironment));
    }

    /// <param name="text">A path, unix:///path or unix:/path.</param>
    /// <exception cref="RuntimeException">InvalidArgument</exception>
    public static Endpoint Parse(string text)
    {
        var path = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..]
            : text.StartsWith("unix:", StringComparison.Ordinal) ? text["unix:".Length..]
            : text;
        if (path.Length == 0 || path.Contains("://", StringComparison.Ordinal))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"'{text}' is no Unix socket: give a path or unix:///path");
        }

        return new Endpoint(Path.GetFullPath(path));
    }

    public override string ToString() => Scheme + SocketPath;
}

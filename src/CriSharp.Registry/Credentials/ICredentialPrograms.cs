namespace CriSharp.Registry.Credentials;

/// <summary>Runs the programs docker-credential-NAME of the node.</summary>
public interface ICredentialPrograms
{
    /// <param name="name">Letters, digits, '.', '_' and '-' only.</param>
    /// <param name="serverUrl">Goes to the program's standard input.</param>
    /// <exception cref="CriSharp.Primitives.RuntimeException">FailedPrecondition: it isn't there or can't be run. DeadlineExceeded: it hangs, and was killed.</exception>
    Task<HelperOutput> GetAsync(string name, string serverUrl, CancellationToken cancellationToken);
}

/// <summary>What a helper said before it ended. Its output may hold a secret: never printed.</summary>
public sealed class HelperOutput(int exitCode, byte[] output)
{
    public int ExitCode => exitCode;

    public ReadOnlySpan<byte> Bytes => output;

    public override string ToString() => "(credentials)";
}

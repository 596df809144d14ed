using System.Runtime.CompilerServices;
using CriSharp.Linux.Processes;

namespace ConmonSharp.Tests.Rig;

/// <summary>
/// The published conmon-sharp: the one in the folder that CRISHARP_PUBLISH names, else artifacts/publish, else it is published here,
/// once per run of the tests, by the .NET 9 compiler (contrib/publish tells why).
/// </summary>
internal static class PublishedMonitor
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(10);
    private static readonly Lazy<Task<string>> Found = new(FindAsync);

    public static Task<string> PathAsync() => Found.Value;

    private static async Task<string> FindAsync()
    {
        var repository = Repository();
        var folder = Environment.GetEnvironmentVariable("CRISHARP_PUBLISH") ?? Path.Combine(repository, "artifacts", "publish");
        var published = Path.Combine(folder, "conmon-sharp");
        if (File.Exists(published))
        {
            Console.WriteLine($"conmon-sharp under test: {published}");
            return published;
        }

        var artifacts = Path.Combine(repository, "artifacts", "test-aot-net9.0");
        Console.WriteLine($"{published} is not there (run contrib/publish): conmon-sharp is published into {artifacts} for these tests");
        string[] arguments =
        [
            "publish", "conmon-sharp/conmon-sharp.csproj", "-c", "Release", "-r", "linux-x64", "-p:CriSharpFramework=net9.0", "-p:PublishAot=true",
            $"-p:ArtifactsPath={artifacts}", "--nologo", "-v", "q", "--disable-build-servers", "-nodeReuse:false",
        ];
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = Environment.ProcessPath is { } dotnet && Path.GetFileName(dotnet) == "dotnet" ? dotnet : "/usr/bin/dotnet",
                Arguments = arguments,
                Environment = [.. OwnEnvironment(), "DOTNET_CLI_TELEMETRY_OPTOUT=1"],
                WorkingDirectory = repository,
                TimeLimit = PublishLimit,
            },
            CancellationToken.None);
        var path = Path.Combine(artifacts, "publish", "conmon-sharp", "release_linux-x64", "conmon-sharp");
        return output.Exit.IsSuccess && File.Exists(path)
            ? path
            : throw new InvalidOperationException($"conmon-sharp could not be published: {output.StandardOutputText}{output.StandardErrorText}");
    }

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    // Without what the test host sets for its own children.
    private static IEnumerable<string> OwnEnvironment()
    {
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is "HOME" or "PATH" or "NUGET_PACKAGES" or "DOTNET_ROOT" or "TMPDIR" or "SSL_CERT_FILE" or "http_proxy" or "https_proxy" or "HTTP_PROXY" or "HTTPS_PROXY" or "no_proxy" or "NO_PROXY")
            {
                yield return $"{variable.Key}={variable.Value}";
            }
        }
    }
}

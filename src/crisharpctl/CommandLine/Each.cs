using CriSharp.Ctl.Output;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.CommandLine;

/// <summary>The same for each word: goes on after one that fails, reports it, and the first failure decides the exit code.</summary>
internal static class Each
{
    /// <param name="act">Returns what is printed for the word: the id of what it did.</param>
    public static async Task<int> RunAsync(Session session, IEnumerable<string> words, Func<string, Task<string>> act)
    {
        var exitCode = ExitCodes.Success;
        var done = new List<string>();
        foreach (var word in words)
        {
            try
            {
                done.Add(await act(word));
                if (!session.Json)
                {
                    await session.Out.WriteLineAsync(done[^1]);
                }
            }
            catch (RuntimeException error)
            {
                Report(error.Message, ExitCodes.Of(error.Kind));
            }
            catch (RpcException error) when (error.StatusCode is not (StatusCode.Cancelled or StatusCode.Unavailable))
            {
                Report($"{error.Status.Detail} ({error.StatusCode})", ExitCodes.Of(error.StatusCode));
            }
        }

        if (session.Json)
        {
            await session.Out.WriteLineAsync(JsonText.Of(done));
        }

        return exitCode;

        void Report(string message, int code)
        {
            exitCode = exitCode == ExitCodes.Success ? code : exitCode;
            session.Surroundings.Complain($"crisharpctl: {Printable.Line(message)}");
        }
    }
}

namespace CriSharp.Specs.Seccomp;

/// <summary>Reads tables of system calls as they are written in this folder.</summary>
internal static class CallNames
{
    /// <param name="table">Names between spaces and line ends.</param>
    public static string[] Split(string table) => table.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}

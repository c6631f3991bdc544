//! `qts completions`: a script for each shell that knows every command.

use crate::support::Folder;

#[test]
fn every_shell_gets_every_command() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = folder.qts(&format!("completions {shell}"));
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{shell}");
        for word in ["run", "check", "decide", "policy", "show", "reasons", "schema", "completions", "strict", "config"]
        {
            assert!(ended.out.contains(word), "{shell} has no {word}");
        }
    }
}

#[test]
fn the_script_for_bash_is_sound_and_completes() {
    let folder = Folder::new("completions-bash");
    folder.write("qts.bash", folder.qts("completions bash").out);
    let script = "source qts.bash\nCOMP_WORDS=(qts reas)\nCOMP_CWORD=1\n_qts qts reas qts\necho \"${COMPREPLY[@]}\"\n";
    folder.write("ask.bash", script);
    let output = std::process::Command::new("bash").arg("ask.bash").current_dir(folder.path("")).output();
    let output = output.expect("a bash, for whose users this is");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "reasons\n", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn another_shell_is_refused_with_those_that_there_are() {
    let ended = Folder::new("completions-other").qts("completions tcsh");
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    assert!(ended.err.contains("bash") && ended.err.contains("fish"), "{}", ended.err);
}

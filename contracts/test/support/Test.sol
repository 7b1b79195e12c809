// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @title What every test stands on
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev An account of nobody's, by its name.
    function account(string memory name) internal returns (address named) {
        named = address(uint160(uint256(keccak256(bytes(name)))));
        vm.label(named, name);
    }

    /// @dev A fuzzed number brought between two.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        if (value >= least && value <= most) return value;
        uint256 span = most - least;
        return span == type(uint256).max ? value : least + value % (span + 1);
    }
}
